import { QueryClient } from "@tanstack/react-query";
import { describe, expect, test, vi } from "vitest";
import { Gathered } from "@/api/live";
import type { DiffLine } from "@/api/texts";
import type { Diagnostic, Run } from "@/api/types";
import { niceCeiling, stacks } from "@/charts/stack";
import { folded } from "@/editor/fold";
import { marksOf } from "@/editor/marks";
import { filled, HOUR, SPANS, startOf } from "@/overview/span";
import { merge } from "@/runs/use-runs";
import { inputOf, isSpan, momentOf } from "@/runs/moments";
import { linesOf, matches, templateOf } from "@/ui/json-lines";
import { windowOf } from "@/ui/windowed";
import { percentWell } from "@/workflows/rate";

const run = (id: string, state = "running") => ({ id, state }) as Run;

test("the newest reading of a run counts, and runs stay in order", () => {
  const merged = merge([run("3"), run("2", "succeeded")], [[run("2"), run("1")]]);
  expect(merged.map(({ id, state }) => `${id} ${state}`)).toEqual(["3 running", "2 succeeded", "1 running"]);
});

test("of ten thousand rows only those in sight are drawn", () => {
  const { first, last } = windowOf(5_000 * 38, 800, 38, 10_000);
  expect(first).toBeLessThan(5_000);
  expect(last).toBeGreaterThan(5_021);
  expect(last - first).toBeLessThan(70);
  expect(windowOf(0, 800, 38, 3)).toEqual({ first: 0, last: 3 });
});

test("many live events are one refresh", () => {
  vi.useFakeTimers();
  const cache = new QueryClient();
  cache.setQueryData(["run-pages", {}], { pages: [{ runs: [run("1"), run("2")] }], pageParams: [undefined] });
  const invalidated = vi.spyOn(cache, "invalidateQueries");
  const gathered = new Gathered(cache);
  for (let i = 0; i < 500; i += 1) gathered.run({ id: String(i % 3), workflow: "w", state: "succeeded" });
  vi.runAllTimers();
  expect(invalidated.mock.calls.length).toBeLessThan(10);
  expect(cache.getQueryData(["run-pages", {}])).toMatchObject({ pages: [{ runs: [run("1", "succeeded"), run("2", "succeeded")] }] });
  vi.useRealTimers();
});

test("a list of ten thousand workflows is not read anew with each event, one of them is", () => {
  vi.useFakeTimers();
  const cache = new QueryClient();
  const answer = () => void cache.setQueryData(["workflows"], { workflows: new Array(10_000) });
  answer();
  const invalidated = vi.spyOn(cache, "invalidateQueries").mockImplementation(async (filter) => {
    if (filter?.exact) answer();
  });
  const gathered = new Gathered(cache);
  for (let second = 0; second < 60; second += 1) {
    gathered.stale("workflows");
    vi.advanceTimersByTime(1_000);
  }
  const [lists, ones] = [true, undefined].map((exact) => invalidated.mock.calls.filter(([filter]) => filter?.exact === exact).length);
  expect(lists).toBeGreaterThan(0);
  expect(lists).toBeLessThanOrEqual(4);
  expect(ones).toBe(60);
  gathered.stop();
  vi.useRealTimers();
});

describe("a JSON tree", () => {
  const value = { name: "Ada", tags: ["vip", { deep: "VIP lounge" }], none: null };

  test("has the paths that templates use", () => {
    expect(linesOf(value, () => true).map((line) => line.path)).toEqual(["", "name", "tags", "tags[0]", "tags[1]", "tags[1].deep", "none"]);
  });

  test("has one path for one place, also where names have points", () => {
    const paths = linesOf({ "a.b": 1, a: { b: 2, "first name": 3 } }, () => true).map((line) => line.path);
    expect(paths).toEqual(["", "[a.b]", "a", "a.b", "a.[first name]"]);
  });

  test("finds names and values whatever the case, and opens what they lie in", () => {
    const { hits, open } = matches(value, "vip");
    expect([...hits]).toEqual(["tags[0]", "tags[1].deep"]);
    expect([...open].sort()).toEqual(["", "tags", "tags[1]"]);
  });
});

describe("the chart of runs", () => {
  const [day] = SPANS;
  const now = Date.parse("2026-11-21T18:25:00Z");

  test("has a bucket for each hour, also for those without runs", () => {
    if (!day) throw new Error("no span");
    const buckets = filled([{ at: "2026-11-21T18:00:00Z", succeeded: 3 }], day, now);
    expect(buckets).toHaveLength(24);
    expect(buckets[0]?.at).toBe(new Date(startOf(day, now)).toISOString());
    expect(buckets.at(-1)).toEqual({ at: "2026-11-21T18:00:00.000Z", parts: { succeeded: 3, failed: 0, cancelled: 0 } });
    expect(startOf(day, now) % HOUR).toBe(0);
  });

  test("shows one failure among thousands", () => {
    const drawn = stacks([{ at: "x", parts: { succeeded: 9_999, failed: 1 } }], ["succeeded", "failed"], 100, 100);
    expect(drawn.stacks[0]?.segments.find((each) => each.key === "failed")?.height).toBeGreaterThan(1);
  });

  test("has an axis that ends at a round number", () => {
    expect([0, 1, 3, 11, 4_200].map(niceCeiling)).toEqual([1, 1, 5, 20, 5_000]);
  });
});

test("one failure is not a hundred percent", () => {
  expect(percentWell({ succeeded: 99_999, failed: 1 })).toBe("99.9 %");
  expect(percentWell({ succeeded: 5, failed: 0 })).toBe("100 %");
});

test("a mark stays in the text, also when the text has become shorter", () => {
  const text = "name: x\nsteps:";
  const line = (number: number) => (number <= 1 ? { from: 0, to: 7 } : { from: 8, to: 14 });
  const wrong = (place: Partial<Diagnostic>) => ({ code: "E1", severity: "error", message: "m", line: 1, column: 1, end_line: 1, end_column: 2, ...place }) as Diagnostic;
  const marks = marksOf([wrong({ line: 9, column: 50, end_line: 9, end_column: 60 }), wrong({ column: 7, end_column: 8, help: "h" })], line, text.length);
  expect(marks.map(({ from, to, message }) => [from, to, message])).toEqual([[6, 7, "m\nh"], [14, 14, "m"]]);
});

test("lines far from a change are left out", () => {
  const lines: DiffLine[] = Array.from({ length: 30 }, (_, index) => ({ kind: index === 15 ? "added" : "same", old: index, new: index, text: "" }));
  const shown = folded(lines);
  expect(shown).toHaveLength(9);
  expect(shown[0]).toEqual({ at: 0, left: 12 });
});

test("a part of a value is copied as templates write it", () => {
  const paths = linesOf({ tags: ["a"], "first name": { x: 1 } }, () => true).map((line) => line.path).filter(Boolean);
  expect(paths.map((path) => templateOf("trigger", path))).toEqual(["{{ trigger.tags }}", "{{ trigger.tags.0 }}", "{{ trigger.[first name] }}", "{{ trigger.[first name].x }}"]);
  expect(templateOf("steps.found", "[0].email")).toBe("{{ steps.found.0.email }}");
});

test("a moment goes into a field by the reader's clock, and comes back the same", () => {
  const at = "2026-11-21T08:30:00.000Z";
  expect(momentOf(inputOf(at))).toBe(at);
  expect([inputOf("24h"), momentOf("")]).toEqual(["", ""]);
  expect([isSpan("24h"), isSpan(at)]).toEqual([true, false]);
});
