import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CirclePower, FlaskConical, Play, TriangleAlert } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { workflow as workflowQuery } from "@/api/queries";
import type { Workflow } from "@/api/types";
import { RUN_COLUMNS_OF_WORKFLOW } from "@/runs/columns";
import { useRuns } from "@/runs/use-runs";
import { Button } from "@/ui/button";
import { cx } from "@/ui/classes";
import { Empty, Notice, Waiting } from "@/ui/notice";
import { Page } from "@/ui/page";
import { PageLoaded } from "@/ui/page-query";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { Table } from "@/ui/table";
import { Tabs } from "@/ui/tabs";
import { Ago } from "@/ui/time";
import { AboutStep } from "@/workflows/about-step";
import { Danger } from "@/workflows/danger";
import { Events } from "@/workflows/events";
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
  return (
    <PageLoaded of={query} noun="workflow" gone="It was deleted, or never was." all={{ to: "/workflows", label: "All workflows" }}>
      {(workflow) => <WorkflowView key={id} workflow={workflow} />}
    </PageLoaded>
  );
}

function tabsOf(workflow: Workflow) {
  const polls = workflow.starts.kind === "poll";
  return [
    { id: "graph", label: "Graph" },
    { id: "yaml", label: "YAML" },
    { id: "runs", label: "Runs" },
    ...(polls ? [{ id: "polls", label: "Polls" }] : []),
    { id: "events", label: "Events" },
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
      <FirstSteps workflow={workflow} />
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
  if (tab === "events") return <Events id={workflow.id} why={workflow.starts.kind !== "poll"} />;
  if (tab === "revisions") return <><Revisions workflow={workflow} /><Danger workflow={workflow} /></>;
  return <Drawn workflow={workflow} />;
}

/** The graph, and beside it what the chosen step says. */
function Drawn({ workflow }: { workflow: Workflow }) {
  const { step } = route.useSearch();
  return (
    <div className={cx("grid items-start gap-4", step && "xl:grid-cols-[minmax(0,3fr)_minmax(22rem,2fr)]")}>
      <Panel flush className="overflow-hidden">
        <FlowGraph outline={workflow.outline ?? []} trigger={workflow.starts} selected={step} />
      </Panel>
      {step && <AboutStep workflow={workflow} id={step} />}
    </div>
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

/** What to do with a workflow that nothing starts and that has not run yet. */
function FirstSteps({ workflow }: { workflow: Workflow }) {
  const byHand = workflow.starts.kind === "manual";
  if ((workflow.enabled && !byHand) || workflow.last_run || workflow.problem) return null;
  const how = byHand ? "It is started by hand" : "Nothing starts it until it is switched on";
  return (
    <Notice icon={<CirclePower size={16} className="text-dim" aria-hidden />} title={`${how}, and it has not run yet`}>
      A dry run shows what it would do: reads are made, writes are only shown. {!byHand && "Then switch it on, beside its name."}
    </Notice>
  );
}

function Actions({ workflow }: { workflow: Workflow }) {
  const [starting, setStarting] = useState<"start" | "rehearse" | null>(null);
  const navigate = useNavigate();
  return (
    <>
      <Button needs="operator" icon={<FlaskConical size={14} aria-hidden />} onClick={() => setStarting("rehearse")}>Dry run</Button>
      <Button needs="operator" look="primary" icon={<Play size={14} aria-hidden />} onClick={() => setStarting("start")}>Start by hand</Button>
      {starting && (
        <StartDialog
          workflow={workflow}
          rehearse={starting === "rehearse"}
          onClose={() => setStarting(null)}
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
