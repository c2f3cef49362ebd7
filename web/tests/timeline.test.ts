import { describe, expect, test } from "vitest";
import type { RunDetail, RunStep } from "@/api/types";
import { inTurns, place, ticksOf, timelineOf } from "@/runs/timeline-model";

const T0 = Date.parse("2026-11-21T18:00:00Z");
const at = (ms: number) => new Date(T0 + ms).toISOString();
const step = (path: string, more: Partial<RunStep> = {}) => ({ step: path, state: "succeeded", attempts: [], ...more }) as RunStep;

function run(steps: RunStep[], more: Partial<RunDetail> = {}): RunDetail {
  return { id: "r", state: "succeeded", created_at: at(0), started_at: at(200), finished_at: at(10_000), steps, ...more } as RunDetail;
}

describe("the timeline of a run", () => {
  test("begins when the run came in and ends when it was over", () => {
    const timeline = timelineOf(run([]), T0 + 99_000);
    expect(timeline).toMatchObject({ start: T0, length: 10_000, queued: 200 });
  });

  test("of a run that goes on ends now", () => {
    expect(timelineOf(run([], { state: "waiting", finished_at: null }), T0 + 30_000).length).toBe(30_000);
  });

  test("of a run that is held for a person ends where it was held, however long ago", () => {
    const held = run([], { state: "interrupted", finished_at: null, log: [{ at: at(4_000) }] as RunDetail["log"] });
    expect(timelineOf(held, T0 + 30_000_000).length).toBe(4_000);
  });

  test("shows each attempt, and the pauses between them", () => {
    const failure = { kind: "timeout", message: "no answer" };
    const tried = step("a", {
      state: "succeeded",
      started_at: at(1_000),
      finished_at: at(6_000),
      attempts: [
        { number: 1, started_at: at(1_000), ended_at: at(2_000), failure },
        { number: 2, started_at: at(5_000), ended_at: at(6_000) },
      ],
    });
    const [row] = timelineOf(run([tried]), T0).rows;
    expect(row?.pieces.map(({ kind, state, from, to }) => [kind, state, from, to])).toEqual([
      ["attempt", "failed", 1_000, 2_000],
      ["pause", "waiting", 2_000, 5_000],
      ["attempt", "succeeded", 5_000, 6_000],
    ]);
  });

  test("lets a step without attempts last from its beginning to its end", () => {
    const [row] = timelineOf(run([step("pause", { started_at: at(500), finished_at: at(8_500) })]), T0).rows;
    expect(row?.pieces).toMatchObject([{ kind: "whole", from: 500, to: 8_500 }]);
  });

  test("puts each turn of a loop together and under its loop", () => {
    const mixed = ["found", "each", "each[0].a", "each[10].a", "each[2].a", "each[0].b", "each[2].b", "after"];
    expect(inTurns(mixed.map((path) => step(path))).map((each) => each.step)).toEqual([
      "found", "each", "each[0].a", "each[0].b", "each[2].a", "each[2].b", "each[10].a", "after",
    ]);
  });

  test("knows the turn and the depth of a step in loops", () => {
    expect(place("each[3].inner[1].note")).toEqual({ depth: 2, name: "note", turn: 1 });
    expect(place("note")).toEqual({ depth: 0, name: "note", turn: null });
  });

  test.each([1, 7, 40, 999, 3_400, 61_000, 3_000_000, 90_000_000, 30 * 86_400_000])("has a few marks over %d ms", (length) => {
    const ticks = ticksOf(length);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks.at(-1)).toBeLessThanOrEqual(length);
  });
});
