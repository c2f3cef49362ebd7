import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleX, FileWarning, KeyRound, type LucideIcon, RadioTower } from "lucide-react";
import type { ReactNode } from "react";
import { nodes as nodesQuery, runsHead, workflows as workflowsQuery } from "@/api/queries";
import { connections as connectionsQuery } from "@/api/rooms";
import { overview as overviewQuery } from "@/api/stats";
import type { WorkflowItem, WrongFile } from "@/api/types";
import { Ago } from "@/ui/time";
import { many, shortId } from "@/ui/words";

/** Something that does not go on, or will soon not go on, without a person. */
export interface Matter {
  key: string;
  icon: LucideIcon;
  tone: string;
  text: ReactNode;
}

const link = "row-link font-medium";
/** So many runs that wait for a decision are named; the others are counted. */
const HELD_NAMED = 3;
const DAY = "24h";

/** The most urgent first. */
export function useMatters(): Matter[] {
  const figures = useQuery(overviewQuery).data;
  const held = useQuery(runsHead({ state: "interrupted" }, HELD_NAMED)).data?.runs ?? [];
  const failed = useQuery(runsHead({ state: "failed", since: DAY }, 1)).data?.runs[0];
  const known = useQuery(workflowsQuery).data;
  const connections = useQuery(connectionsQuery).data ?? [];
  const nodes = useQuery(nodesQuery).data ?? [];
  const broken = connections.filter((each) => each.state === "failed");
  const more = (figures?.interrupted ?? 0) - held.length;
  const matter = (key: string, icon: LucideIcon, tone: string, text: ReactNode): Matter => ({ key, icon, tone, text });
  return [
    ...held.map((run) =>
      matter(run.id, CircleAlert, "text-interrupted", <><Link to="/runs/$id" params={{ id: run.id }} className={link}>{run.workflow} {shortId(run.id)}</Link> waits for a decision: whether a write was done is unknown</>),
    ),
    ...(more > 0 ? [matter("held", CircleAlert, "text-interrupted", <><Link to="/runs" search={{ state: "interrupted" }} className={link}>{many(more, "more run waits", "more runs wait")}</Link> for a decision</>)] : []),
    ...broken.map(({ name, message, used_by: users }) =>
      matter(`connection ${name}`, KeyRound, "text-failed", <><Link to="/connections" className={link}>Connection {name}</Link>: {message}{users.length > 0 && `; ${many(users.length, "workflow uses", "workflows use")} it`}</>),
    ),
    ...nodes.filter((node) => node.quiet).map((node) =>
      matter(`node ${node.id}`, RadioTower, "text-waiting", <><Link to="/nodes" className={link}>Node {node.id}</Link> has not been heard of since <Ago at={node.seen_at} /></>),
    ),
    ...(failed && figures && figures.failed_24h > 0
      ? [matter("failed", CircleX, "text-failed", <><Link to="/runs" search={{ state: "failed", since: DAY }} className={link}>{many(figures.failed_24h, "run")} failed in 24 hours</Link>, the last <Ago at={failed.finished_at ?? failed.created_at} /> of {failed.workflow}: when the reason is mended, they can be retried together</>)]
      : []),
    ...(known?.workflows ?? []).flatMap((each) => ofWorkflow(each, new Set(broken.map(({ name }) => name)))),
    ...(known?.wrong ?? []).map(ofFile),
  ];
}

/** A poll that fails by its connection is told by that. */
const BY_CONNECTION = new Set<string>(["unauthorized", "forbidden"]);

function ofWorkflow({ id, name, enabled, last_poll: poll, problem, connections }: WorkflowItem, broken: Set<string>): Matter[] {
  const found: Matter[] = [];
  const told = connections.some((each) => broken.has(each)) && BY_CONNECTION.has(poll?.error?.kind ?? "");
  if (enabled && poll?.error && !told) {
    const text = <><Link to="/workflows/$id" params={{ id }} search={{ tab: "polls" }} className={link}>{name}</Link> cannot poll: {poll.error.message}</>;
    found.push({ key: `poll ${id}`, icon: RadioTower, tone: "text-failed", text });
  }
  if (problem) {
    const text = <><Link to="/workflows/$id" params={{ id }} search={{ tab: "yaml" }} className={link}>{name}</Link>: its file is wrong, and the revision before goes on. {problem}</>;
    found.push({ key: `file ${id}`, icon: FileWarning, tone: "text-failed", text });
  }
  return found;
}

function ofFile({ origin, problem }: WrongFile): Matter {
  const text = <><Link to="/workflows" className={link}>{origin}</Link> is wrong: {problem}</>;
  return { key: `wrong ${origin}`, icon: FileWarning, tone: "text-failed", text };
}
