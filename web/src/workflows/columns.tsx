import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { WorkflowItem as Workflow } from "@/api/types";
import { StateIcon } from "@/ui/state";
import type { Column } from "@/ui/table";
import { Ago } from "@/ui/time";
import { SuccessRate } from "./rate";
import { Toggle } from "./toggle";
import { TriggerText } from "./trigger";

export const WORKFLOW_COLUMNS: Column<Workflow>[] = [
  {
    id: "on",
    title: <span className="sr-only">On or off</span>,
    className: "w-14",
    cell: (workflow) => <span className="relative z-[1] flex"><Toggle workflow={workflow} /></span>,
  },
  {
    id: "name",
    title: "Workflow",
    cell: (workflow) => (
      <span className="flex items-center gap-2">
        <Link to="/workflows/$id" params={{ id: workflow.id }} className="row-link truncate font-medium">{workflow.name}</Link>
        {workflow.last_run && <span className="shrink-0 sm:hidden"><StateIcon state={workflow.last_run.state} /><span className="sr-only">last run {workflow.last_run.state}</span></span>}
        {workflow.problem && <TriangleAlert size={14} className="shrink-0 text-failed" aria-label={`its file is wrong: ${workflow.problem}`} />}
        <span className="hidden truncate text-xs text-faint md:inline">{workflow.id}</span>
      </span>
    ),
  },
  { id: "trigger", title: "Starts", className: "hidden w-56 lg:table-cell", cell: (workflow) => <TriggerText trigger={workflow.starts} /> },
  {
    id: "last",
    title: "Last run",
    className: "hidden w-32 sm:table-cell",
    cell: (workflow) =>
      workflow.last_run ? (
        <span className="flex items-center gap-1.5"><StateIcon state={workflow.last_run.state} /><Ago at={workflow.last_run.at} /></span>
      ) : (
        <span className="text-faint">none</span>
      ),
  },
  { id: "next", title: "Next", className: "hidden w-24 text-dim md:table-cell", cell: (workflow) => (workflow.enabled ? <Ago at={workflow.next_at} none="" /> : null) },
  { id: "rate", title: <>Went well<span className="max-sm:hidden">, 24 h</span></>, className: "w-22 text-right sm:w-36", cell: (workflow) => <SuccessRate workflow={workflow} /> },
];
