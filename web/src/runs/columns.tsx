import { Link } from "@tanstack/react-router";
import { isOver, type Run } from "@/api/types";
import type { Column } from "@/ui/table";
import { State } from "@/ui/state";
import { useNow } from "@/ui/clock";
import { Ago } from "@/ui/time";
import { duration, shortId, words } from "@/ui/words";

function Took({ run }: { run: Run }) {
  const now = useNow();
  // Of runs further down the live events tell only the state: when one ended is not known then.
  if (!run.started_at || ((isOver(run) || run.state === "interrupted") && !run.finished_at)) return null;
  const end = run.finished_at ? Date.parse(run.finished_at) : now;
  return <>{duration(end - Date.parse(run.started_at))}</>;
}

const state: Column<Run> = { id: "state", title: "State", className: "w-30 sm:w-32", cell: (run) => <State state={run.state} /> };

const id: Column<Run> = {
  id: "id",
  title: <><span className="sm:hidden">Workflow</span><span className="max-sm:hidden">Run</span></>,
  className: "sm:w-36",
  cell: (run) => (
    <Link to="/runs/$id" params={{ id: run.id }} className="row-link" title={run.id}>
      <span className="sm:hidden">{run.workflow}</span>
      <code className="text-xs max-sm:sr-only">{shortId(run.id)}</code>
    </Link>
  ),
};

const workflow: Column<Run> = { id: "workflow", title: "Workflow", className: "hidden sm:table-cell sm:w-auto", cell: (run) => run.workflow };

const failure: Column<Run> = {
  id: "failure",
  title: "What went wrong",
  className: "hidden lg:table-cell",
  cell: (run) =>
    run.failure && (
      <span className="text-dim" title={run.failure.message}>
        <span className="text-failed">{words(run.failure.kind)}</span> {run.failure.message}
      </span>
    ),
};

const took: Column<Run> = { id: "took", title: "Took", className: "hidden w-24 text-right md:table-cell", cell: (run) => <Took run={run} /> };
const at: Column<Run> = { id: "at", title: "Came in", className: "w-20 text-right text-dim sm:w-24", cell: (run) => <Ago at={run.created_at} /> };

export const RUN_COLUMNS = [state, id, workflow, failure, took, at];
export const RUN_COLUMNS_OF_WORKFLOW = [state, id, failure, took, at];
const compact: Column<Run> = {
  id: "workflow",
  title: "Workflow",
  cell: (run) => (
    <Link to="/runs/$id" params={{ id: run.id }} className="row-link truncate" title={run.id}>
      {run.workflow}
    </Link>
  ),
};
export const RUN_COLUMNS_SHORT = [state, compact, at];
