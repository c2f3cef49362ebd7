import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Hourglass } from "lucide-react";
import { lazy, Suspense } from "react";
import { run as runQuery, workflow as workflowQuery } from "@/api/queries";
import type { RunDetail, Workflow } from "@/api/types";
import { RunLog } from "@/runs/log";
import { Resolve } from "@/runs/resolve";
import { RunActions } from "@/runs/run-actions";
import { FailureNotice } from "@/runs/step-detail";
import { StepPanel } from "@/runs/step-panel";
import { RunTimeline } from "@/runs/timeline";
import { CopyButton } from "@/ui/copy";
import { JsonTree } from "@/ui/json-tree";
import { Empty, Notice, Waiting } from "@/ui/notice";
import { Page } from "@/ui/page";
import { PageLoaded } from "@/ui/page-query";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { State } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { Ago, At } from "@/ui/time";
import { duration, shortId } from "@/ui/words";

const FlowGraph = lazy(() => import("@/flow/flow-graph"));
const route = getRouteApi("/shell/runs/$id");

const TABS = [
  { id: "timeline", label: "Timeline" },
  { id: "graph", label: "Graph" },
  { id: "event", label: "Event" },
  { id: "log", label: "Log" },
];

export function RunPage() {
  const { id } = route.useParams();
  const query = useQuery(runQuery(id));
  return (
    <PageLoaded of={query} noun="run" gone="Runs are deleted some time after their end, as the workflow or the node says." all={{ to: "/runs", label: "All runs" }}>
      {(run) => <RunView run={run} />}
    </PageLoaded>
  );
}

/** The step that ended or holds the run; others may have failed before it, and the workflow went on. */
function culprit(run: RunDetail) {
  if (run.state !== "failed" && run.state !== "interrupted") return undefined;
  return run.steps.findLast((each) => each.state === run.state);
}

function RunView({ run }: { run: RunDetail }) {
  const { tab = "timeline", step } = route.useSearch();
  const failed = culprit(run);
  const selected = run.steps.find((each) => each.step === step) ?? failed ?? run.steps[0];
  return (
    <Page
      title={`${run.workflow} ${run.state}`}
      heading={
        <>
          <Link to="/workflows/$id" params={{ id: run.workflow }} className="break-all hover:underline">{run.workflow}</Link>
          <State state={run.state} className="text-sm" />
        </>
      }
      under={<Under run={run} />}
      actions={<RunActions run={run} />}
    >
      <Notices run={run} />
      <Tabs label="Parts of the run" tabs={TABS} current={tab} />
      {tab === "log" && <RunLog log={run.log} />}
      {tab === "event" && (
        <Panel title="The event that started it">
          <JsonTree value={run.event} label="event" template="trigger" />
          {run.event_key && <p className="mt-3 text-dim">Its key, by which it is known: <code className="break-all">{run.event_key}</code></p>}
        </Panel>
      )}
      {(tab === "timeline" || tab === "graph") && (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(22rem,2fr)]">
          <Panel flush className="overflow-hidden">
            {tab === "graph" ? <Graph run={run} selected={selected?.step} /> : <Steps run={run} selected={selected?.step} />}
          </Panel>
          {selected && <StepPanel run={run} step={selected} />}
        </div>
      )}
    </Page>
  );
}

function Under({ run }: { run: RunDetail }) {
  const ended = run.finished_at && run.started_at ? duration(Date.parse(run.finished_at) - Date.parse(run.started_at)) : null;
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-0.5">
      <span className="inline-flex items-center gap-1">run <code title={run.id}>{shortId(run.id)}</code><CopyButton label="Copy the run's id" text={() => run.id} className="-my-1" /></span>
      <span>revision {run.revision}</span>
      <span>came in <At at={run.created_at} />, <Ago at={run.created_at} /></span>
      {ended && <span>took {ended}</span>}
      {run.started_by && <span>started by {run.started_by}</span>}
      {run.owner && <span>on {run.owner}</span>}
      {run.rerun_of && (
        <span>
          does <RunLink id={run.rerun_of} /> again
        </span>
      )}
      {run.reruns.length > 0 && <span>done again by {run.reruns.map((id) => <RunLink key={id} id={id} />)}</span>}
    </p>
  );
}

function RunLink({ id }: { id: string }) {
  return <Link to="/runs/$id" params={{ id }} className="font-mono text-accent hover:underline">{shortId(id)}</Link>;
}

function Notices({ run }: { run: RunDetail }) {
  const where = culprit(run)?.step;
  return (
    <>
      {run.state === "interrupted" && <Resolve run={run} />}
      {run.failure && run.state !== "interrupted" && <FailureNotice failure={run.failure} where={where} />}
      {run.waits_for && run.state !== "interrupted" && (
        <Notice tone="waiting" icon={<Hourglass size={16} className="text-waiting" aria-hidden />} title={run.waits_for}>
          {run.wake_at && <>It goes on <Ago at={run.wake_at} />.</>}
        </Notice>
      )}
    </>
  );
}

function Steps({ run, selected }: { run: RunDetail; selected?: string }) {
  if (run.steps.length > 0) return <RunTimeline run={run} selected={selected} />;
  return <Empty title={run.state === "queued" ? "It waits for its turn" : "No step was done"}>{run.state === "queued" && "The steps appear here as they begin."}</Empty>;
}

function Graph({ run, selected }: { run: RunDetail; selected?: string }) {
  const query = useQuery(workflowQuery(run.workflow));
  return (
    <Loaded of={query}>
      {(workflow: Workflow) => (
        <Suspense fallback={<Waiting rows={6} />}>
          {workflow.revision !== run.revision && (
            <p className="border-b border-line px-3.5 py-2 text-dim">The graph shows revision {workflow.revision}; the run was carried out with revision {run.revision}.</p>
          )}
          <FlowGraph outline={workflow.outline ?? []} trigger={workflow.starts} steps={run.steps} selected={selected} />
        </Suspense>
      )}
    </Loaded>
  );
}
