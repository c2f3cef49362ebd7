import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, FileWarning, KeyRound, type LucideIcon, RadioTower } from "lucide-react";
import type { ReactNode } from "react";
import { nodes as nodesQuery, runsHead, workflows as workflowsQuery } from "@/api/queries";
import { connections as connectionsQuery } from "@/api/rooms";
import { cx } from "@/ui/classes";
import { Panel } from "@/ui/panel";
import { Ago } from "@/ui/time";
import { shortId } from "@/ui/words";

interface Matter {
  key: string;
  icon: LucideIcon;
  tone: string;
  text: ReactNode;
}

const SHOWN = 6;
const link = "row-link font-medium";

/** What does not go on, or will soon not go on, without a person. */
export function Attention() {
  const matters = useMatters();
  if (matters.length === 0) return null;
  return (
    <Panel flush title={`Needs a person (${matters.length})`}>
      <ul>
        {matters.slice(0, SHOWN).map(({ key, icon: Icon, tone, text }) => (
          <li key={key} className="relative flex items-start gap-2.5 border-b border-line px-3.5 py-2 last:border-0 hover:bg-hover">
            <Icon size={15} aria-hidden className={cx("mt-0.5 shrink-0", tone)} />
            <span className="min-w-0 break-words">{text}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function useMatters(): Matter[] {
  const interrupted = useQuery(runsHead({ state: "interrupted" }, 20)).data?.runs ?? [];
  const known = useQuery(workflowsQuery).data;
  const connections = useQuery(connectionsQuery).data ?? [];
  const nodes = useQuery(nodesQuery).data ?? [];
  return [
    ...interrupted.map((run) => ({
      key: run.id,
      icon: CircleAlert,
      tone: "text-interrupted",
      text: <><Link to="/runs/$id" params={{ id: run.id }} className={link}>{run.workflow} {shortId(run.id)}</Link> waits for a decision: whether a write was done is unknown</>,
    })),
    ...connections.filter((each) => each.state === "failed").map((each) => ({
      key: `connection ${each.name}`,
      icon: KeyRound,
      tone: "text-failed",
      text: <><Link to="/connections" className={link}>Connection {each.name}</Link>: {each.message}</>,
    })),
    ...(known?.workflows ?? []).filter((each) => each.enabled && each.last_poll?.error).map((each) => ({
      key: `poll ${each.id}`,
      icon: RadioTower,
      tone: "text-failed",
      text: <><Link to="/workflows/$id" params={{ id: each.id }} search={{ tab: "polls" }} className={link}>{each.name}</Link> cannot poll: {each.last_poll?.error?.message ?? String(each.last_poll?.error)}</>,
    })),
    ...(known?.workflows ?? []).filter((each) => each.problem).map((each) => ({
      key: `file ${each.id}`,
      icon: FileWarning,
      tone: "text-failed",
      text: <><Link to="/workflows/$id" params={{ id: each.id }} search={{ tab: "yaml" }} className={link}>{each.name}</Link>: its file is wrong, and the revision before goes on. {each.problem}</>,
    })),
    ...(known?.wrong ?? []).map((file) => ({
      key: `wrong ${file.origin}`,
      icon: FileWarning,
      tone: "text-failed",
      text: <><Link to="/workflows" className={link}>{file.origin}</Link> is wrong: {file.problem}</>,
    })),
    ...nodes.filter((node) => node.quiet).map((node) => ({
      key: `node ${node.id}`,
      icon: RadioTower,
      tone: "text-waiting",
      text: <><Link to="/nodes" className={link}>Node {node.id}</Link> has not been heard of since <Ago at={node.seen_at} /></>,
    })),
  ];
}
