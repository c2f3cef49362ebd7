import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Save } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api/client";
import { useBarred } from "@/api/may";
import { replace, type Saved } from "@/api/texts";
import type { Diagnostic, Workflow } from "@/api/types";
import { Problems } from "@/editor/problems";
import { useCheck } from "@/editor/use-check";
import { useDraft } from "@/editor/use-draft";
import YamlEditor from "@/editor/yaml-editor";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { say } from "@/ui/toast-list";

/** The text of a workflow: checked as it is written, saved as a new revision. */
export default function TextTab({ workflow }: { workflow: Workflow }) {
  const cache = useQueryClient();
  const { text, setText, base, changed, reset } = useDraft(workflow);
  const [place, setPlace] = useState<{ line: number; column: number } | null>(null);
  const { found, checking, failed } = useCheck(text, workflow.id);
  const diagnostics: Diagnostic[] = found?.diagnostics ?? [];
  const wrong = diagnostics.some((each) => each.severity === "error");
  const save = useMutation({
    meta: { shown: true },
    mutationFn: (overwrite: boolean) => replace(workflow.id, { source: text, base_revision: base, overwrite }),
    onSuccess: (saved: Saved) => {
      reset(text, saved.workflow.revision);
      say(saved.changed ? `Saved as revision ${saved.workflow.revision}${saved.written_to ? `, and in ${saved.written_to}` : ""}` : "Nothing was different");
      void cache.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
  const barred = useBarred("admin");
  const trySave = () => {
    if (!barred && changed && !wrong && !checking) save.mutate(false);
  };
  const moved = base !== workflow.revision;
  return (
    <>
      {moved && changed && (
        <Notice
          tone="waiting"
          title={`Revision ${workflow.revision} came in while you were writing on revision ${base}`}
          actions={<Button size="small" onClick={() => reset(workflow.source ?? "", workflow.revision)}>Drop my changes, take the newest</Button>}
        >
          Compare the two under Revisions before you save.
        </Notice>
      )}
      {failed && <ErrorNotice error={failed} />}
      {save.error && !(save.error instanceof ApiError && save.error.status === 422) && <ErrorNotice error={save.error} />}
      <Panel
        flush
        className="overflow-hidden"
        title={<span className="text-dim">{workflow.file ?? workflow.origin ?? `${workflow.id}.yaml`}{changed && <span className="text-waiting"> · not saved</span>}</span>}
        actions={
          <>
            <CopyButton label="Copy the text" text={() => text} />
            {changed && <Button size="small" look="quiet" onClick={() => reset(workflow.source ?? "", workflow.revision)}>Undo all</Button>}
            <Button needs="admin" size="small" look="primary" icon={<Save size={13} aria-hidden />} disabled={!changed || wrong || checking} busy={save.isPending} onClick={trySave}>
              Save
            </Button>
          </>
        }
      >
        <div className="max-h-[62dvh] overflow-y-auto">
          <YamlEditor text={text} onChange={setText} onSave={trySave} diagnostics={diagnostics} goTo={place} />
        </div>
        <Problems diagnostics={diagnostics} checking={checking} onGo={({ line, column }) => setPlace({ line, column })} />
      </Panel>
      <p className="text-xs text-faint">
        {workflow.file_writable ? "Saving also writes the file, so that git stays the truth." : "Saving makes a new revision; runs under way go on with theirs."} Escape, then Tab leaves the editor.
      </p>
    </>
  );
}
