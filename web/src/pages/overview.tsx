import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { budgets as budgetsQuery, nodes as nodesQuery, runsHead } from "@/api/queries";
import { failures, overview as overviewQuery, type Point, series } from "@/api/stats";
import { Sign } from "@/app/sign";
import { Bars, Legend } from "@/charts/bars";
import { Attention } from "@/overview/attention";
import { Budgets } from "@/overview/budgets";
import { Failures } from "@/overview/failures";
import { Figures } from "@/overview/figures";
import { bucketMs, ENDINGS, filled, type SpanChoice, SPANS, startOf } from "@/overview/span";
import { RUN_COLUMNS_SHORT } from "@/runs/columns";
import { cx } from "@/ui/classes";
import { useMinute } from "@/ui/clock";
import { Empty } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { Table } from "@/ui/table";

const route = getRouteApi("/shell/");

export function OverviewPage() {
  const { span: chosen } = route.useSearch();
  const span = SPANS.find((each) => each.id === chosen) ?? SPANS[0];
  if (!span) throw new Error("there is no span to choose");
  const now = useMinute();
  const since = new Date(startOf(span, now)).toISOString();
  const figures = useQuery(overviewQuery);
  const points = useQuery({ ...series({ since, bucket: span.bucket }), placeholderData: (old) => old });
  const groups = useQuery({ ...failures(since), placeholderData: (old) => old });
  return (
    <Page title="Overview" actions={<SpanSwitch current={span.id} />}>
      <div className="min-h-[5.25rem]">
        <Loaded of={figures} rows={2}>{(data) => <Figures of={data} />}</Loaded>
      </div>
      <Attention />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(24rem,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Ended points={points} span={span} now={now} />
          <Panel flush title="Why runs failed">
            <Loaded of={groups}>{(data) => <Failures groups={data} />}</Loaded>
          </Panel>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Panel flush title="Rate budgets">
              <BudgetList />
            </Panel>
            <Panel flush title="Nodes">
              <NodeList />
            </Panel>
          </div>
        </div>
        <Latest />
      </div>
    </Page>
  );
}

interface EndedProps {
  points: UseQueryResult<Point[]>;
  span: SpanChoice;
  now: number;
}

function Ended({ points, span, now }: EndedProps) {
  const buckets = filled(points.data ?? [], span, now);
  const navigate = useNavigate();
  const show = ({ at }: { at: string }) => void navigate({ to: "/runs", search: { since: at, until: new Date(Date.parse(at) + bucketMs(span)).toISOString() } });
  return (
    <Panel title="Runs by how they ended" actions={points.data && <Legend buckets={buckets} keys={ENDINGS} />}>
      <Loaded of={points} rows={5}>
        {() => <Bars label={`Runs of the last ${span.label} by state`} buckets={buckets} keys={ENDINGS} bucketMs={bucketMs(span)} onPick={show} />}
      </Loaded>
    </Panel>
  );
}

function SpanSwitch({ current }: { current: string }) {
  return (
    <nav aria-label="Span of time" className="flex rounded-md border border-line bg-surface p-0.5">
      {SPANS.map((span) => (
        <Link
          key={span.id}
          to="/"
          search={{ span: span === SPANS[0] ? undefined : span.id }}
          aria-current={span.id === current ? "true" : undefined}
          className={cx("rounded px-2.5 py-1 text-xs", span.id === current ? "bg-hover font-medium" : "text-dim hover:text-ink")}
        >
          {span.label}
        </Link>
      ))}
    </nav>
  );
}

const LATEST = 12;

function Latest() {
  const query = useQuery(runsHead({}, LATEST));
  return (
    <Panel flush title="Latest runs" className="min-h-[32rem] overflow-hidden" actions={<Link to="/runs" className="text-xs text-accent hover:underline">All runs</Link>}>
      <Loaded of={query} rows={LATEST}>
        {({ runs }) =>
          runs.length === 0 ? (
            <Empty title="There is no run yet">
              <Link to="/workflows" className="text-accent hover:underline">Switch a workflow on</Link>, or start one by hand.
            </Empty>
          ) : (
            <Table label="Latest runs" columns={RUN_COLUMNS_SHORT} rows={runs} rowKey={(run) => run.id} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function BudgetList() {
  const query = useQuery(budgetsQuery);
  return (
    <Loaded of={query}>
      {(budgets) => (budgets.length === 0 ? <p className="p-3.5 text-dim">No connection has sent a request yet.</p> : <Budgets budgets={budgets} />)}
    </Loaded>
  );
}

function NodeList() {
  const query = useQuery(nodesQuery);
  return (
    <Loaded of={query}>
      {(nodes) => (
        <ul>
          {nodes.map((node) => (
            <li key={node.id} className="flex items-center justify-between gap-3 border-b border-line px-3.5 py-2 last:border-0">
              <span className="min-w-0 truncate font-medium">{node.id}</span>
              <span className="flex gap-3 text-xs text-dim">
                <span>{node.runs} runs, {node.polls} polls</span>
                <Sign of={node} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
