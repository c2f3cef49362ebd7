import { expect, test } from "vitest";
import type { LogEntry, OutlineStep } from "@/api/types";
import { more } from "@/runs/log";
import { recordOfKey } from "@/workflows/poll-detail";
import { linesOfStep, linesOfTrigger } from "@/workflows/step-lines";

const SOURCE = `name: x
trigger:
  use: a.b
  every: 1m

# about the steps
steps:
  - id: one
    use: a.c

  - if: "{{ x }}"
    then:
      - id: two
        set: { a: 1 }
    on_error: continue
`;
const step = (id: string, line: number, branches: OutlineStep["branches"] = []): OutlineStep => ({ path: id, id, kind: "action", label: "", line, branches });
const outline = [step("one", 8), step("choice", 11, [{ name: "then", steps: [step("two", 13)] }])];

test("the lines of a step end before the next one, also before those in it", () => {
  const text = (at: number) => linesOfStep(SOURCE, outline, [outline[0], outline[1], outline[1]?.branches?.[0]?.steps[0]][at] ?? step("", 0))?.text;
  expect(text(0)).toBe("- id: one\n  use: a.c");
  expect(text(1)).toBe('- if: "{{ x }}"\n  then:');
  expect(text(2)).toBe("- id: two\n  set: { a: 1 }");
});

test("the lines of a trigger are what is indented under it", () => {
  expect(linesOfTrigger(SOURCE)).toEqual({ first: 2, text: "trigger:\n  use: a.b\n  every: 1m" });
  expect(linesOfTrigger("steps: []")).toBeNull();
});

test("an entry of the log says its times by the reader's clock, and lists by their length", () => {
  const entry = { seq: 1, at: "2026-11-22T00:18:57Z", type: "loop_started", step: "each", items: [1, 2], until: "2026-11-22T00:18:57Z" } as unknown as LogEntry;
  expect(more(entry)).toMatch(/^2 items, until \d/);
  expect(more(entry)).not.toContain("Z");
});

test("the record of a key is what stands before its mark of change", () => {
  expect(["abc@2026-01-01", "abc#1f", "abc"].map(recordOfKey)).toEqual(["abc", "abc", "abc"]);
});
