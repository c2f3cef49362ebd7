import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Overview } from "@/api/stats";
import { cx } from "@/ui/classes";
import { Ago } from "@/ui/time";
import { brief, duration } from "@/ui/words";
import { percentWell } from "@/workflows/rate";

interface FigureProps {
  name: string;
  value: ReactNode;
  under?: ReactNode;
  tone?: string;
  search?: Record<string, string>;
}

function Figure({ name, value, under, tone, search }: FigureProps) {
  const inner = (
    <>
      <dt className="text-xs text-faint">{name}</dt>
      <dd className={cx("mt-0.5 text-xl leading-7 font-semibold tracking-tight tabular-nums", tone)}>{value}</dd>
      <dd className="h-4 truncate text-xs leading-4 text-dim">{under}</dd>
    </>
  );
  if (!search) return <div className="bg-surface px-3.5 py-2.5">{inner}</div>;
  return (
    <div className="relative bg-surface px-3.5 py-2.5 hover:bg-hover">
      {inner}
      <dd><Link to="/runs" search={search} className="row-link" aria-label={`${name}: show these runs`} /></dd>
    </div>
  );
}

/** The state of things in one line of numbers. */
export function Figures({ of }: { of: Overview }) {
  const over = of.succeeded_24h + of.failed_24h;
  return (
    <dl className="panel grid grid-cols-2 gap-px overflow-hidden bg-line sm:grid-cols-3 xl:grid-cols-6">
      <Figure name="Under way" value={brief(of.running + (of.waiting ?? 0))} search={{ state: "running,waiting" }} under={of.waiting ? `${brief(of.waiting)} of them wait` : "none waits"} />
      <Figure name="In the queue" value={brief(of.queued)} search={{ state: "queued" }} under={of.oldest_queued_at ? <>the oldest <Ago at={of.oldest_queued_at} /></> : of.start_delay_ms ? <span title={`of a hundred runs, 99 began within ${duration(of.start_delay_ms.p99)}`}>runs begin after {duration(of.start_delay_ms.p50)}</span> : "nothing waits for a node"} />
      <Figure name="Went well, 24 h" value={over ? percentWell({ succeeded: of.succeeded_24h, failed: of.failed_24h }) : "–"} search={{ state: "succeeded", since: "24h" }} under={`${brief(of.succeeded_24h)} of ${brief(over)} runs`} />
      <Figure name="Failed, 24 h" value={brief(of.failed_24h)} tone={of.failed_24h ? "text-failed" : undefined} search={{ state: "failed", since: "24h" }} under={of.failed_24h ? "see why below" : "none"} />
      <Figure name="Wait for a decision" value={brief(of.interrupted)} tone={of.interrupted ? "text-interrupted" : undefined} search={{ state: "interrupted" }} under={of.interrupted ? "a write with unknown outcome" : "none"} />
      <Figure name="Workflows on" value={brief(of.workflows.enabled)} under={[of.workflows.disabled ? `${of.workflows.disabled} off` : "", of.workflows.wrong ? `${of.workflows.wrong} wrong` : ""].filter(Boolean).join(", ") || "all of them"} />
    </dl>
  );
}
