import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { retryMany } from "@/api/actions";
import type { RunFilter } from "@/api/queries";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { say } from "@/ui/toast-list";
import { many } from "@/ui/words";

/** Sends all failed runs of a filter back, after saying how many they are. */
export function RetryMany({ filter }: { filter: RunFilter }) {
  const [open, setOpen] = useState(false);
  const cache = useQueryClient();
  const counted = useMutation({ mutationFn: () => retryMany(filter, true), onSuccess: () => setOpen(true) });
  const retry = useMutation({
    mutationFn: () => retryMany(filter, false),
    onSuccess: ({ changed, more }) => {
      setOpen(false);
      say(`${many(changed, "run was", "runs were")} sent back${more ? "; there are more, so do it again" : ""}`);
      void cache.invalidateQueries({ queryKey: ["runs"] });
    },
  });
  if (filter.state !== "failed") return null;
  return (
    <>
      <Button needs="operator" icon={<RotateCcw size={14} aria-hidden />} busy={counted.isPending} onClick={() => counted.mutate()}>Retry all these</Button>
      {open && (
        <Dialog title="Retry all these?" onClose={() => setOpen(false)}>
          <p className="text-dim">
            {many(counted.data?.matched ?? 0, "failed run goes", "failed runs go")} on at the step that failed; what is done is not done again.
          </p>
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Leave them</Button>
            <Button look="primary" busy={retry.isPending} disabled={!counted.data?.matched} onClick={() => retry.mutate()}>Retry</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
