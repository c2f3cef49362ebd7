import { Link } from "@tanstack/react-router";
import type { RunDetail } from "@/api/types";
import { cx } from "@/ui/classes";
import { useNow } from "@/ui/clock";
import { lookOf, StateIcon } from "@/ui/state";
import { duration } from "@/ui/words";
import { endOf, type Row, type Timeline, timelineOf } from "./timeline-model";

/** The steps of a run and their attempts, to scale. */
export function RunTimeline({ run, selected }: { run: RunDetail; selected?: string }) {
  const ticking = useNow();
  const timeline = timelineOf(run, endOf(run) ?? ticking);
  return (
    <div className="min-w-0">
      <div className="grid grid-cols-[8.5rem_1fr] sm:grid-cols-[minmax(7rem,13rem)_1fr] border-b border-line text-2xs text-faint">
        <span className="px-3.5 py-1.5">{timeline.rows.length === 1 ? "1 step" : `${timeline.rows.length} steps`}</span>
        <Axis timeline={timeline} />
      </div>
      <ol className="relative">
        {timeline.rows.map((row) => (
          <StepRow key={row.step.step} row={row} timeline={timeline} selected={row.step.step === selected} />
        ))}
      </ol>
    </div>
  );
}

const percent = (ms: number, timeline: Timeline) => `${Math.min(100, Math.max(0, (ms / timeline.length) * 100))}%`;

function Axis({ timeline }: { timeline: Timeline }) {
  return (
    <div className="relative mr-4 h-7" aria-hidden>
      {timeline.ticks.map((tick, index) => (
        <span key={tick} className={cx("absolute top-1.5 whitespace-nowrap pl-1", index % 2 === 1 && "hidden sm:inline")} style={{ left: percent(tick, timeline) }}>
          {tick / timeline.length < 0.93 && (tick === 0 ? "0" : duration(tick))}
        </span>
      ))}
    </div>
  );
}

interface StepRowProps {
  row: Row;
  timeline: Timeline;
  selected: boolean;
}

function StepRow({ row, timeline, selected }: StepRowProps) {
  const { step, pieces } = row;
  const spent = pieces.length > 0 ? (pieces.at(-1)?.to ?? 0) - (pieces[0]?.from ?? 0) : null;
  return (
    <li className={cx("relative grid h-9 grid-cols-[8.5rem_1fr] sm:grid-cols-[minmax(7rem,13rem)_1fr] items-center border-b border-line", selected ? "bg-accent-soft" : "hover:bg-hover")}>
      <Link
        to="."
        search={(old: object) => ({ ...old, step: step.step })}
        replace
        aria-current={selected || undefined}
        resetScroll={false}
        className="row-link flex min-w-0 items-center gap-2 px-3.5"
        style={{ paddingLeft: 14 + row.depth * 14 }}
      >
        <StateIcon state={step.state} />
        <span className="truncate" title={step.step}>
          {row.turn !== null && <span className="text-faint">{row.turn}·</span>}
          {row.name}
        </span>
        {step.attempts.length > 1 && <span className="shrink-0 rounded bg-hover px-1 text-2xs text-dim">{step.attempts.length}×</span>}
        <span className="sr-only">
          {step.state}
          {spent !== null && `, ${duration(spent)}`}
        </span>
      </Link>
      <span className="relative mr-4 h-full" aria-hidden>
        {timeline.ticks.map((tick) => (
          <span key={tick} className="absolute inset-y-0 w-px bg-line" style={{ left: percent(tick, timeline) }} />
        ))}
        {timeline.queued > 0 && <span className="absolute inset-y-0 left-0 bg-hover" style={{ width: percent(timeline.queued, timeline) }} />}
        {pieces.map((piece) => (
          <span
            key={`${piece.kind}${piece.from}`}
            title={`${piece.title}: ${duration(piece.to - piece.from)}`}
            className={cx(
              "absolute z-[1] min-w-[3px] rounded-[3px]",
              piece.kind === "pause" ? "top-[17px] h-0.5 opacity-50" : "top-2.5 h-4",
              lookOf(piece.state).fill,
              piece.state === "running" && "animate-pulse",
            )}
            style={{ left: percent(piece.from, timeline), width: percent(piece.to - piece.from, timeline) }}
          />
        ))}
        {spent !== null && <Spent row={row} timeline={timeline} text={duration(spent)} />}
      </span>
    </li>
  );
}

/** How long it took, beside the bar where there is room, else in front of it. */
function Spent({ row, timeline, text }: { row: Row; timeline: Timeline; text: string }) {
  const from = row.pieces[0]?.from ?? 0;
  const to = row.pieces.at(-1)?.to ?? 0;
  const behind = to / timeline.length < 0.8;
  return (
    <span
      className="absolute top-2.5 z-[1] px-1.5 text-2xs leading-4 whitespace-nowrap text-dim"
      style={behind ? { left: `max(3px, ${percent(to, timeline)})` } : { right: percent(timeline.length - from, timeline) }}
    >
      {text}
    </span>
  );
}
