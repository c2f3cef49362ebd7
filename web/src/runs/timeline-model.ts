import { isOver, type RunDetail, type RunStep } from "@/api/types";

/** A piece of a timeline's row, in milliseconds from its start. */
export interface Piece {
  kind: "attempt" | "pause" | "whole";
  state: string;
  from: number;
  to: number;
  title: string;
}

export interface Row {
  step: RunStep;
  depth: number;
  name: string;
  turn: number | null;
  pieces: Piece[];
}

export interface Timeline {
  /** The moment at which it begins. */
  start: number;
  /** Its length in milliseconds, at least 1. */
  length: number;
  /** How long the run stood in the queue before it began. */
  queued: number;
  rows: Row[];
  ticks: number[];
}

/** The step's own part of its path, and how deep it lies: `each[2].note` is `note`, in turn 2 of one loop. */
export function place(path: string): { depth: number; name: string; turn: number | null } {
  const parts = path.split(".");
  const turn = /\[(\d+)\]$/.exec(parts.at(-2) ?? "")?.[1];
  return { depth: parts.length - 1, name: parts.at(-1) ?? path, turn: turn === undefined ? null : Number(turn) };
}

/** Steps as they came, but each turn of a loop together and under its loop. */
export function inTurns(steps: RunStep[]): RunStep[] {
  const order = new Map(steps.map((step, index) => [step.step, index]));
  const rank = (path: string): number[] => {
    const ranks: number[] = [];
    for (let end = path.indexOf("["); end >= 0; end = path.indexOf("[", end + 1)) {
      const turn = Number(path.slice(end + 1, path.indexOf("]", end)));
      ranks.push(order.get(path.slice(0, end)) ?? 0, turn + 1);
    }
    return [...ranks, order.get(path) ?? 0, 0];
  };
  const before = (a: number[], b: number[]) => {
    const at = a.findIndex((part, index) => part !== b[index]);
    return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
  };
  return steps
    .map((step) => ({ step, rank: rank(step.step) }))
    .sort((a, b) => before(a.rank, b.rank))
    .map(({ step }) => step);
}

/** Where the timeline of a run ends that is over or held for a person; one that goes on counts until now. */
export function endOf(run: Pick<RunDetail, "state" | "finished_at" | "log">): number | undefined {
  if (isOver(run) && run.finished_at) return Date.parse(run.finished_at);
  const last = run.state === "interrupted" ? run.log.at(-1)?.at : undefined;
  return last ? Date.parse(last) : undefined;
}

export function timelineOf(run: RunDetail, now: number): Timeline {
  const created = Date.parse(run.created_at);
  const begun = run.started_at ? Date.parse(run.started_at) : now;
  const end = endOf(run) ?? now;
  const length = Math.max(1, end - created);
  const rows = inTurns(run.steps).map((step) => ({ step, ...place(step.step), pieces: piecesOf(step, created, end) }));
  return { start: created, length, queued: Math.max(0, begun - created), rows, ticks: ticksOf(length) };
}

function piecesOf(step: RunStep, start: number, end: number): Piece[] {
  const at = (time: string | null | undefined, otherwise: number) => (time ? Date.parse(time) : otherwise) - start;
  const pieces: Piece[] = [];
  let from = at(step.started_at, end);
  for (const attempt of step.attempts) {
    const begins = at(attempt.started_at, end);
    if (pieces.length > 0 && begins > from) {
      pieces.push({ kind: "pause", state: "waiting", from, to: begins, title: `pause before attempt ${attempt.number}` });
    }
    const ends = at(attempt.ended_at, end);
    const state = attempt.failure ? "failed" : attempt.ended_at ? "succeeded" : step.state;
    pieces.push({ kind: "attempt", state, from: begins, to: Math.max(begins, ends), title: `attempt ${attempt.number}` });
    from = ends;
  }
  if (pieces.length > 0 || !step.started_at) return pieces;
  const to = at(step.finished_at, step.state === "branched" ? from + start : end);
  return [{ kind: "whole", state: step.state, from, to: Math.max(from, to), title: step.state }];
}

/** Moments to mark on the axis: three to six, at steps that read well. */
export function ticksOf(length: number): number[] {
  const SECOND = 1_000;
  const sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map((s) => s * SECOND),
  );
  const size = sizes.find((each) => length / each <= 6) ?? Math.ceil(length / 6 / 86_400_000) * 86_400_000;
  return Array.from({ length: Math.floor(length / size) + 1 }, (_, index) => index * size);
}
