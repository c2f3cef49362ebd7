import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, History, RotateCcw, Trash2 } from "lucide-react";
import { cancel as cancelRun, removeRun, rerun as rerunRun, retry as retryRun } from "@/api/actions";
import { isOver, type RunDetail } from "@/api/types";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm";
import { say } from "@/ui/toast-list";
import { many, shortId } from "@/ui/words";

interface Again {
  from?: string;
  revision: "saved" | "newest";
}

/** Does a run again as a new one, from its beginning or from a step, and goes there. */
export function useRerun(run: string) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (again: Again) => rerunRun(run, again),
    onSuccess: (reply) => {
      if (!reply.run) return;
      const repeated = reply.sent_again?.length ? `; ${many(reply.sent_again.length, "write")} will be sent again` : "";
      say(`Run ${shortId(reply.run.id)} was started${repeated}`);
      void cache.invalidateQueries({ queryKey: ["runs"] });
      void navigate({ to: "/runs/$id", params: { id: reply.run.id } });
    },
  });
}

export function RunActions({ run }: { run: RunDetail }) {
  const cache = useQueryClient();
  const done = (text: string) => () => {
    say(text);
    void cache.invalidateQueries({ queryKey: ["run", run.id] });
    void cache.invalidateQueries({ queryKey: ["runs"] });
  };
  const retry = useMutation({
    mutationFn: (revision: Again["revision"]) => retryRun(run.id, revision),
    onSuccess: done("The run was sent back: it goes on at the step that failed"),
  });
  const cancel = useMutation({ mutationFn: () => cancelRun(run.id), onSuccess: done("The run is being cancelled") });
  const rerun = useRerun(run.id);
  const navigate = useNavigate();
  const gone = useMutation({
    mutationFn: () => removeRun(run.id),
    onSuccess: () => {
      say("The run was deleted");
      void cache.invalidateQueries({ queryKey: ["runs"] });
      cache.removeQueries({ queryKey: ["run-pages"] });
      void navigate({ to: "/runs", search: { workflow: run.workflow } });
    },
  });
  return (
    <>
      {(run.state === "failed" || run.state === "cancelled") && (
        <>
          <Button needs="operator" look="primary" icon={<RotateCcw size={14} aria-hidden />} busy={retry.isPending} onClick={() => retry.mutate("saved")} title="Goes on at the step that failed; what is done is not done again">
            Retry
          </Button>
          <Button needs="operator" busy={retry.isPending} onClick={() => retry.mutate("newest")} title="The same, with the workflow as it is now">
            Retry with newest revision
          </Button>
        </>
      )}
      {isOver(run) && (
        <ConfirmButton
          needs="operator"
          icon={<History size={14} aria-hidden />}
          busy={rerun.isPending}
          ask="Run it all again?"
          explain="A new run begins with the same event. Every step is done again, also those that write."
          yes="Run again"
          onYes={() => rerun.mutate({ revision: "saved" })}
        >
          Run again
        </ConfirmButton>
      )}
      {isOver(run) && (
        <ConfirmButton
          needs="admin"
          look="danger"
          size="icon"
          icon={<Trash2 size={14} aria-hidden />}
          busy={gone.isPending}
          ask="Delete this run?"
          explain="Its log goes, with all that it was given and gave. What it did in the apps stays. This cannot be taken back."
          yes="Delete it"
          onYes={() => gone.mutate()}
          aria-label="Delete this run"
          title="Delete this run"
        />
      )}
      {!isOver(run) && (
        <ConfirmButton
          needs="operator"
          look="danger"
          icon={<Ban size={14} aria-hidden />}
          busy={cancel.isPending}
          disabled={run.cancel_requested}
          ask="Cancel this run?"
          explain="The step under way is let go to its end; no other begins. What is done stays done."
          yes="Cancel the run"
          onYes={() => cancel.mutate()}
        >
          {run.cancel_requested ? "Being cancelled" : "Cancel"}
        </ConfirmButton>
      )}
    </>
  );
}
