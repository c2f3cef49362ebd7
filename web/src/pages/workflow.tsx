import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Play, TriangleAlert } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { workflow as workflowQuery } from "@/api/queries";
import type { Workflow } from "@/api/types";
import { RUN_COLUMNS_OF_WORKFLOW } from "@/runs/columns";
import { useRuns } from "@/runs/use-runs";
import { Button } from "@/ui/button";
import { Empty, Notice, Waiting } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { Table } from "@/ui/table";
import { Tabs } from "@/ui/tabs";
import { Ago } from "@/ui/time";
import { Danger } from "@/workflows/danger";
import { HookAddress } from "@/workflows/hook";
import { Polls } from "@/workflows/polls";
import { Revisions } from "@/workflows/revisions";
import { StartDialog } from "@/workflows/start";
import { Toggle } from "@/workflows/toggle";
import { TriggerText } from "@/workflows/trigger";

const FlowGraph = lazy(() => import("@/flow/flow-graph"));
const TextTab = lazy(() => import("@/workflows/text-tab"));
const route = getRouteApi("/shell/workflows/$id");

export function WorkflowPage() {
  const { id } = route.useParams();
  const query = useQuery(workflowQuery(id));
  return <Loaded of={query}>{(workflow) => <WorkflowView key={id} workflow={workflow} />}</Loaded>;
}

function tabsOf(workflow: Workflow) {
  const polls = workflow.starts.kind === "poll";
  return [
    { id: "graph", label: "Graph" },
    { id: "yaml", label: "YAML" },
    { id: "runs", label: "Runs" },
    ...(polls ? [{ id: "polls", label: "Polls" }] : []),
    { id: "revisions", label: "Revisions" },
  ];
}

function WorkflowView({ workflow }: { workflow: Workflow }) {
  const { tab = "graph" } = route.useSearch();
  return (
    <Page
      title={workflow.name}
      heading={<>{workflow.name} <Toggle workflow={workflow} /></>}
      under={<Under workflow={workflow} />}
      actions={<Actions workflow={workflow} />}
    >
      {workflow.problem && (
        <Notice tone="failed" icon={<TriangleAlert size={16} className="text-failed" aria-hidden />} title="The file is wrong; the revision before goes on">
          <p className="font-mono text-xs whitespace-pre-wrap">{workflow.problem}</p>
        </Notice>
      )}
      {workflow.hook && <HookAddress hook={workflow.hook} />}
      <Tabs label="Parts of the workflow" tabs={tabsOf(workflow)} current={tab} />
      <Suspense fallback={<Panel><Waiting rows={8} /></Panel>}>
        <Tab workflow={workflow} tab={tab} />
      </Suspense>
    </Page>
  );
}

function Tab({ workflow, tab }: { workflow: Workflow; tab: string }) {
  if (tab === "yaml") return <TextTab workflow={workflow} />;
  if (tab === "runs") return <RunsOf id={workflow.id} />;
  if (tab === "polls") return <Polls id={workflow.id} />;
  if (tab === "revisions") return <><Revisions workflow={workflow} /><Danger workflow={workflow} /></>;
  return (
    <Panel flush className="overflow-hidden">
      <FlowGraph outline={workflow.outline ?? []} trigger={workflow.starts} />
    </Panel>
  );
}

function Under({ workflow }: { workflow: Workflow }) {
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
      <code>{workflow.id}</code>
      <TriggerText trigger={workflow.starts} />
      <span>revision {workflow.revision}</span>
      {workflow.enabled && workflow.next_at && <span>next <Ago at={workflow.next_at} /></span>}
      {workflow.last_run && <span>last run <Ago at={workflow.last_run.at} /></span>}
      {workflow.origin && <span>from <code>{workflow.origin}</code></span>}
    </p>
  );
}

function Actions({ workflow }: { workflow: Workflow }) {
  const [starting, setStarting] = useState(false);
  const navigate = useNavigate();
  return (
    <>
      <Button needs="operator" look="primary" icon={<Play size={14} aria-hidden />} onClick={() => setStarting(true)}>Start by hand</Button>
      {starting && (
        <StartDialog
          workflow={workflow}
          onClose={() => setStarting(false)}
          onStarted={(id) => void navigate({ to: "/runs/$id", params: { id } })}
        />
      )}
    </>
  );
}

function RunsOf({ id }: { id: string }) {
  const { runs, head, more } = useRuns(useMemo(() => ({ workflow: id }), [id]));
  return (
    <Panel flush className="overflow-hidden">
      <Loaded of={head} rows={10}>
        {() =>
          runs.length === 0 ? (
            <Empty title="It has not run yet">Switch it on, or start it by hand.</Empty>
          ) : (
            <Table label="Runs of the workflow" columns={RUN_COLUMNS_OF_WORKFLOW} rows={runs} rowKey={(run) => run.id} long onEnd={more} />
          )
        }
      </Loaded>
    </Panel>
  );
}
