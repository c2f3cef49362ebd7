import type { WorkflowItem as Workflow } from "@/api/types";
import { cx } from "@/ui/classes";
import { brief } from "@/ui/words";

export function outcomes(workflow: Workflow): { succeeded: number; failed: number } {
  return workflow.runs_24h;
}

/** Of the runs that are over, how many went well. One failure among thousands is no 100 %. */
export function percentWell({ succeeded, failed }: { succeeded: number; failed: number }): string {
  const part = (succeeded / (succeeded + failed)) * 100;
  if (failed === 0) return "100 %";
  return part > 99.9 ? "99.9 %" : `${part >= 99 ? part.toFixed(1) : Math.floor(part)} %`;
}

export function SuccessRate({ workflow }: { workflow: Workflow }) {
  const { succeeded, failed } = outcomes(workflow);
  const over = succeeded + failed;
  if (over === 0) return <span className="text-faint">no runs</span>;
  return (
    <span className="flex items-center justify-end gap-2" title={`${succeeded} succeeded, ${failed} failed`}>
      <span className="hidden h-1.5 w-14 overflow-hidden rounded-full bg-failed/70 xl:block" aria-hidden>
        <span className="block h-full bg-succeeded" style={{ width: `${(succeeded / over) * 100}%` }} />
      </span>
      <span className={cx("tabular-nums", failed > 0 && "text-failed")}>{percentWell({ succeeded, failed })}</span>
      <span className="hidden w-12 text-right text-faint sm:inline">{brief(over)}</span>
    </span>
  );
}
