import { describe, expect, test } from "vitest";
import { sinceOf } from "@/api/since";
import { ago, duration, many, moment, shortId } from "@/ui/words";

describe("words for times", () => {
  test.each([
    [0, "0 ms"],
    [839.6, "840 ms"],
    [3_240, "3.2 s"],
    [59_400, "59 s"],
    [245_000, "4 min 5 s"],
    [3_600_000, "1 h"],
    [273_600_000, "3 d 4 h"],
  ])("%d ms is %s", (ms, text) => expect(duration(ms)).toBe(text));

  test("a moment has its zone, in winter and in summer", () => {
    expect(moment("2026-11-21T18:00:00Z")).toMatch(/21 Nov 2026.*19:00:00 (CET|GMT\+1)/);
    expect(moment("2026-07-21T18:00:00Z")).toMatch(/20:00:00 (CEST|GMT\+2)/);
  });

  test("the past is ago and the future is in", () => {
    expect(ago(1_000_000, 1_180_000)).toBe("3m ago");
    expect(ago(1_180_000, 1_000_000)).toBe("in 3m");
    expect(ago(1_000_400, 1_000_000)).toBe("now");
  });

  test("a span counts back to a full minute, and a moment stays as it is", () => {
    expect(sinceOf("24h", Date.parse("2026-11-21T18:00:42Z"))).toBe("2026-11-20T18:00:00.000Z");
    expect(sinceOf("2026-11-01T00:00:00Z", 0)).toBe("2026-11-01T00:00:00Z");
    expect(sinceOf(undefined, 0)).toBeUndefined();
  });
});

test("one run is one run", () => {
  expect([many(1, "run"), many(2, "run"), many(12_000, "entry", "entries")]).toEqual(["1 run", "2 runs", "12,000 entries"]);
});

test("two runs of one minute have different short ids", () => {
  expect(shortId("01a1ff44-6dd1-770d-8ce2-946aa782fe5e")).not.toBe(shortId("01a1ff44-6635-773f-9d49-b74ed9f2a4af"));
});
