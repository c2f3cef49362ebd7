import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { FileWarning, Plus, Search, Workflow as WorkflowIcon } from "lucide-react";
import { workflows as workflowsQuery } from "@/api/queries";
import type { WorkflowItem as Workflow, WrongFile } from "@/api/types";
import { buttonClasses } from "@/ui/button";
import { Empty, Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { Table } from "@/ui/table";
import { Ago } from "@/ui/time";
import { many } from "@/ui/words";
import { WORKFLOW_COLUMNS } from "@/workflows/columns";

const route = getRouteApi("/shell/workflows");

function chosen(workflows: Workflow[], text = "", show = ""): Workflow[] {
  const wanted = text.toLowerCase();
  return workflows.filter(
    (each) =>
      `${each.name} ${each.id}`.toLowerCase().includes(wanted) &&
      (show === "" || (show === "wrong" ? Boolean(each.problem) : each.enabled === (show === "on"))),
  );
}

export function WorkflowsPage() {
  const query = useQuery(workflowsQuery);
  const { text, show } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: { text?: string; show?: string }) => void navigate({ search: (old) => ({ ...old, ...changed }), replace: true });
  return (
    <Page
      title="Workflows"
      actions={
        <Link to="/workflows/new" className={buttonClasses("primary")}>
          <Plus size={14} aria-hidden /> New workflow
        </Link>
      }
    >
      <div className="flex flex-wrap gap-2">
        <label className="field flex w-full items-center gap-2 sm:w-64">
          <Search size={14} aria-hidden className="shrink-0 text-faint" />
          <input value={text ?? ""} onChange={(event) => change({ text: event.target.value })} placeholder="Name or id" aria-label="Search workflows" className="w-full min-w-0 bg-transparent outline-none" />
        </label>
        <select aria-label="Show" className="field" value={show ?? ""} onChange={(event) => change({ show: event.target.value })}>
          <option value="">All</option>
          <option value="on">Switched on</option>
          <option value="off">Switched off</option>
          <option value="wrong">With a wrong file</option>
        </select>
      </div>
      <Loaded of={query} rows={8}>
        {({ workflows, wrong }) => (
          <>
            <WrongFiles wrong={wrong} />
            <List rows={chosen(workflows, text, show)} of={workflows.length} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function List({ rows, of }: { rows: Workflow[]; of: number }) {
  if (of === 0) {
    return (
      <Panel>
        <Empty icon={<WorkflowIcon size={28} aria-hidden />} title="There is no workflow yet">
          Put a YAML file into the folder <code>workflows</code>, or write one here with <b>New workflow</b>.
        </Empty>
      </Panel>
    );
  }
  if (rows.length === 0) return <Panel><Empty title="No workflow is like this">Take a word out of the search.</Empty></Panel>;
  return (
    <>
      <Panel flush className="overflow-hidden">
        <Table label="Workflows" columns={WORKFLOW_COLUMNS} rows={rows} rowKey={(each) => each.id} long={rows.length > 100} />
      </Panel>
      <p className="text-xs text-faint">{many(rows.length, "workflow")}</p>
    </>
  );
}

/** Files that have been wrong from their first sight on, so that no workflow came of them. */
function WrongFiles({ wrong }: { wrong: WrongFile[] }) {
  return wrong.map((file) => (
    <Notice
      key={file.origin}
      tone="failed"
      icon={<FileWarning size={16} className="text-failed" aria-hidden />}
      title={<><code>{file.origin}</code> is wrong, so there is no workflow of it</>}
    >
      <p className="whitespace-pre-wrap">{file.problem}</p>
      <p className="mt-1 text-xs">{many(file.problems, "problem")}, since <Ago at={file.since} />; mend the file, and it is taken up by itself</p>
    </Notice>
  ));
}
