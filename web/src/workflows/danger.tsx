import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { remove } from "@/api/texts";
import type { Workflow } from "@/api/types";
import { ConfirmButton } from "@/ui/confirm";
import { Panel } from "@/ui/panel";
import { say } from "@/ui/toast-list";

export function Danger({ workflow }: { workflow: Workflow }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const gone = useMutation({
    mutationFn: () => remove(workflow.id),
    onSuccess: () => {
      say(`${workflow.name} was deleted`);
      void cache.invalidateQueries({ queryKey: ["workflows"], exact: true });
      void navigate({ to: "/workflows" });
    },
  });
  return (
    <Panel title="Delete this workflow">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-dim">With its revisions, its runs and what it remembers{workflow.origin && <>, and its file <code>{workflow.origin}</code></>}.</p>
        <ConfirmButton
          needs="admin"
          look="danger"
          icon={<Trash2 size={14} aria-hidden />}
          busy={gone.isPending}
          ask={`Delete ${workflow.name}?`}
          explain="This cannot be taken back. To stop it and keep its runs, switch it off instead."
          yes="Delete it"
          onYes={() => gone.mutate()}
        >
          Delete
        </ConfirmButton>
      </div>
    </Panel>
  );
}
