import { describe, expect, test } from "vitest";
import type { Attempt, Heard, RunStep } from "@/api/types";
import { bytes, curlOf } from "@/runs/curl";
import { toldOf } from "@/runs/wire-model";

const request = { method: "POST", url: "https://example.com/a?b=1", headers: { Authorization: "***", "Content-Type": "application/json" } };

describe("a request as curl", () => {
  test("has its headers and its body, each in quotes", () => {
    const body = { name: "O'Neill" };
    expect(curlOf({ ...request, body })).toBe(
      [
        "curl -X POST 'https://example.com/a?b=1'",
        "-H 'Authorization: ***'",
        "-H 'Content-Type: application/json'",
        String.raw`--data-raw '{"name":"O'\''Neill"}'`,
      ].join(" \\\n  "),
    );
  });

  test("sends a form as a form", () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect(curlOf({ ...request, headers, body: { tag: ["a", "b"], n: 1 } })).toMatch(/--data-urlencode 'tag=a' .*--data-urlencode 'tag=b' .*--data-urlencode 'n=1'/s);
  });
});

test("sizes are for people", () => {
  expect([bytes(12), bytes(16_384), bytes(1_500_000)]).toEqual(["12 bytes", "16 KiB", "1.4 MiB"]);
});

describe("what went over the wire of an attempt", () => {
  const heard: Heard = { request, response: null, error: "no connection", took_ms: 3 };
  const attempt = (more: Partial<Attempt>): Attempt => ({ number: 1, started_at: "2026-11-21T18:00:00Z", ended_at: "2026-11-21T18:00:01Z", ...more });
  const step = (more: Partial<RunStep>) => ({ step: "a", state: "succeeded", started_at: "2026-11-21T18:00:00Z", attempts: [], output_is_answer: false, request, ...more }) as RunStep;

  test("is what was kept, with what was left out", () => {
    expect(toldOf(step({}), attempt({ exchanges: [heard], left_out: 4 }))).toEqual({ exchanges: [heard], note: expect.stringMatching(/^4 more requests/) });
  });

  test("is read from the output where that is the whole answer", () => {
    const output = { status: 200, headers: { a: "b" }, body: [1] };
    expect(toldOf(step({ output_is_answer: true, output }), attempt({})).exchanges).toEqual([{ request, response: output, took_ms: 0 }]);
  });

  test("is said to be made anew where it is not kept", () => {
    const { exchanges, note } = toldOf(step({}), attempt({ not_kept: true }));
    expect([exchanges.length, note]).toEqual([1, expect.stringMatching(/not kept.*made anew/)]);
  });

  test("is nothing for a read that was answered already, and for a failure before anything was sent", () => {
    expect(toldOf(step({}), attempt({ cached: true })).exchanges).toEqual([]);
    const failure = { kind: "invalid_input", message: "no" } as const;
    expect(toldOf(step({}), attempt({ failure }))).toEqual({ exchanges: [], note: "Nothing was sent." });
  });
});
