import { History } from "lucide-react";
import { isOver, type RunDetail, type RunStep } from "@/api/types";
import { ConfirmButton } from "@/ui/confirm";
import { Panel } from "@/ui/panel";
import { useRerun } from "./run-actions";
import { StepDetail } from "./step-detail";

/** The chosen step beside the timeline or the graph. */
export function StepPanel({ run, step }: { run: RunDetail; step: RunStep }) {
  const rerun = useRerun(run.id);
  // A turn of a loop cannot be begun alone; the loop can.
  const from = step.step.replace(/\[.*$/s, "");
  return (
    <Panel
      className="xl:sticky xl:top-4 xl:max-h-[calc(100dvh-2rem)] xl:overflow-y-auto"
      title={<span className="break-all">{step.step}</span>}
      actions={
        isOver(run) && (
          <ConfirmButton
            needs="operator"
            size="small"
            icon={<History size={13} aria-hidden />}
            busy={rerun.isPending}
            ask={`Run again from ${from}?`}
            explain="A new run takes over what was done before this step, and does this step and all after it again, also those that write."
            yes="Run again from here"
            onYes={() => rerun.mutate({ from, revision: "saved" })}
          >
            Run again from here
          </ConfirmButton>
        )
      }
    >
      <StepDetail step={step} told={run.state === "failed" ? run.failure?.message : undefined} />
    </Panel>
  );
}
