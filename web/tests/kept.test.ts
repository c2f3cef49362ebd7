import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { follow } from "@/api/live";
import { ApiError } from "@/api/client";
import { judged } from "@/api/queries";
import { untilGone } from "@/api/texts";
import { isOver, type Node, type Run, STATES } from "@/api/types";
import { inside } from "@/app/inside";
import { fresh, saved, taken } from "@/editor/draft";
import { bridge, hasGap, type RunPage, type RunPages } from "@/runs/bridge";
import { merge } from "@/runs/use-runs";

test("a login leads on to places of this dashboard alone", () => {
  const origin = "https://highline.example";
  const way = (next?: string) => inside(next, origin);
  expect(way("/runs?state=failed#top")).toBe(`${origin}/runs?state=failed#top`);
  for (const elsewhere of ["//evil.example", "/\t/evil.example", "/\n/evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "javascript:alert(1)", `${origin}.evil.example/`, "https://highline.example@evil.example/", "http://", ""]) {
    expect([elsewhere, way(elsewhere)]).toEqual([elsewhere, "/"]);
  }
  expect(way(undefined)).toBe("/");
  // Its path alone would be an address of another site.
  expect(way("/.//evil.example")).toBe(`${origin}//evil.example`);
});

describe("the list of runs", () => {
  const id = (number: number) => String(number).padStart(6, "0");
  const runsOf = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => ({ id: id(to - index) }) as Run);
  /** What a server with this many runs answers. */
  const server = (limit: number) => {
    const after = vi.fn((last: string): Promise<RunPage> => {
      const top = Number(last) - 1;
      const from = Math.max(1, top - limit + 1);
      return Promise.resolve({ runs: runsOf(from, top), next: from > 1 ? id(from) : null });
    });
    return after;
  };
  const known = (from: number, to: number): RunPages => ({ pages: [{ runs: runsOf(from, to), next: from > 1 ? id(from) : null }], pageParams: [undefined] });
  const headOf = (from: number, to: number): RunPage => ({ runs: runsOf(from, to), next: id(from) });
  const shown = (head: RunPage, pages: RunPages) => merge(head.runs, pages.pages.map((page) => page.runs)).map((run) => Number(run.id));

  test("has no hole after more runs than the newest have come in", async () => {
    const pages = known(1, 500);
    const head = headOf(701, 800);
    expect(hasGap(head, pages)).toBe(true);
    const after = server(500);
    const now = (await bridge(head, pages, after))(pages);
    expect(shown(head, now)).toEqual(runsOf(1, 800).map((run) => Number(run.id)));
    expect(after).toHaveBeenCalledTimes(1);
    expect([now.pages.length, now.pages[0]?.next, hasGap(head, now)]).toEqual([1, null, false]);
  });

  test("keeps the newest runs that fall out of sight of the next ones", async () => {
    let pages = known(1, 500);
    for (let newest = 560; newest <= 1_400; newest += 60) {
      const head = headOf(newest - 99, newest);
      if (hasGap(head, pages)) pages = (await bridge(head, pages, server(500)))(pages);
      expect(shown(head, pages)).toHaveLength(newest);
    }
  });

  test("begins anew where too much lies between, and goes on from there", async () => {
    const pages = known(1, 500);
    const head = headOf(99_901, 100_000);
    const after = server(500);
    const now = (await bridge(head, pages, after))(pages);
    const all = shown(head, now);
    expect(all).toEqual(runsOf(all.at(-1) ?? 0, 100_000).map((run) => Number(run.id)));
    expect(now.pages.at(-1)?.next).toBe(id(all.at(-1) ?? 0));
    expect(after.mock.calls.length).toBeLessThan(10);
  });

  test("needs nothing where the newest runs meet those known, or are all", () => {
    expect(hasGap(headOf(450, 549), known(1, 500))).toBe(false);
    expect(hasGap({ runs: runsOf(600, 610), next: null }, known(1, 500))).toBe(false);
    // Of a search without a hit is known how far down it looked.
    expect(hasGap({ runs: [], next: id(700) }, { pages: [{ runs: [], next: id(500) }], pageParams: [undefined] })).toBe(false);
  });
});

describe("a text under work", () => {
  const revision = (number: number, source: string) => ({ revision: number, source });
  const begun = fresh(revision(1, "one"));

  test("keeps what was typed while a save was under way", () => {
    expect(saved({ ...begun, text: "two and more" }, "two", 2)).toEqual({ origin: "two", base: 2, text: "two and more" });
  });

  test("is not replaced by an answer from before the save", () => {
    const after = saved({ ...begun, text: "two" }, "two", 2);
    expect(taken(after, revision(1, "one"))).toBe(after);
    expect(taken(after, revision(2, "two"))).toBe(after);
    expect(taken(after, revision(3, "three")).text).toBe("three");
  });

  test("gives way to a newer revision only where nothing was written", () => {
    const written = { ...begun, text: "mine" };
    expect(taken(written, revision(2, "theirs"))).toBe(written);
  });
});

test("a node is quiet after 90 seconds, judged when it was asked for", () => {
  const now = Date.parse("2026-11-21T18:25:00Z");
  const seen = (seconds: number) => ({ seen_at: new Date(now - seconds * 1_000).toISOString() }) as Node;
  expect(judged([seen(5), seen(80), seen(100)], now).map((node) => node.quiet)).toEqual([false, false, true]);
});

describe("the stream of live events", () => {
  class Stream {
    static readonly CLOSED = 2;
    static all: Stream[] = [];
    readyState = 1;
    onopen?: () => void;
    onerror?: () => void;
    close = () => undefined;
    readonly on = new Map<string, (event: { data: string }) => void>();
    constructor() {
      Stream.all.push(this);
    }
    addEventListener(name: string, then: (event: { data: string }) => void): void {
      this.on.set(name, then);
    }
    ends(forGood: boolean): void {
      this.readyState = forGood ? Stream.CLOSED : 0;
      this.onerror?.();
    }
  }
  const cache = new QueryClient();
  const asked = vi.spyOn(cache, "invalidateQueries");
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Stream);
    vi.stubGlobal("window", globalThis);
    Stream.all = [];
    asked.mockClear();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const everything = () => asked.mock.calls.filter(([filter]) => filter === undefined).length;

  test("that ended for good is opened again, and what was missed is asked for then", () => {
    const states: string[] = [];
    const stop = follow(cache, (state) => states.push(state));
    Stream.all[0]?.onopen?.();
    expect(everything()).toBe(0);
    Stream.all[0]?.ends(true);
    expect(everything()).toBe(0);
    vi.advanceTimersByTime(5_000);
    Stream.all[1]?.ends(true);
    vi.advanceTimersByTime(5_000);
    expect([Stream.all.length, everything()]).toEqual([3, 0]);
    Stream.all[2]?.onopen?.();
    expect(everything()).toBe(1);
    expect(states).toEqual(["live", "away", "away", "live"]);
    stop();
    vi.advanceTimersByTime(60_000);
    expect(Stream.all).toHaveLength(3);
  });

  test("that the browser mends itself is asked after as well, and a poll makes connections stale", () => {
    const stop = follow(cache, () => undefined);
    Stream.all[0]?.onopen?.();
    Stream.all[0]?.ends(false);
    Stream.all[0]?.onopen?.();
    expect([Stream.all.length, everything()]).toEqual([1, 1]);
    Stream.all[0]?.on.get("poll")?.({ data: "{}" });
    vi.advanceTimersByTime(1_000);
    expect(asked.mock.calls.map(([filter]) => filter?.queryKey?.[0])).toContain("connections");
    stop();
  });
});

test("a deletion that is done in parts is asked for until the workflow is gone", async () => {
  const parts = [{ removed: false }, { removed: false }, undefined];
  const ask = vi.fn(() => Promise.resolve(parts.shift()));
  await untilGone(ask);
  expect(ask).toHaveBeenCalledTimes(3);

  const missing = () => Promise.reject(new ApiError(404, "not_found", "there is no workflow `x`"));
  await expect(untilGone(missing)).rejects.toThrow("there is no workflow");
  const other = vi.fn(missing).mockImplementationOnce(() => Promise.resolve({ removed: false }) as never);
  await untilGone(other);
  expect(other).toHaveBeenCalledTimes(2);
});

test("a run that waits for somebody is not over", () => {
  expect(STATES.filter((state) => isOver({ state }))).toEqual(["succeeded", "failed", "cancelled"]);
});
