import type { Attempt, Heard, RunStep } from "@/api/types";

/** What is known of an attempt's requests and answers, and what is to be said about it. */
export interface Told {
  exchanges: Heard[];
  note?: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The answer of an app, where the output of the step has all of it. */
function answerIn(output: unknown): Heard["response"] {
  if (!isRecord(output) || typeof output.status !== "number" || !isRecord(output.headers)) return null;
  return { status: output.status, headers: output.headers as Heard["request"]["headers"], body: output.body };
}

/** What went over the wire of an attempt: as it was kept, else as far as it can be made anew. */
export function toldOf(step: RunStep, attempt: Attempt): Told {
  const kept = attempt.exchanges ?? [];
  if (kept.length > 0) {
    const note = attempt.left_out ? `${attempt.left_out} more requests between the first and the last are not kept.` : undefined;
    return { exchanges: kept, note };
  }
  if (attempt.cached) return { exchanges: [], note: "Nothing was sent: an equal read of this run had the answer." };
  const succeeded = Boolean(attempt.ended_at) && !attempt.failure;
  if (!step.request || !attempt.ended_at) return { exchanges: [], note: attempt.not_kept ? NOT_KEPT : undefined };
  if (succeeded && step.output_is_answer) {
    return { exchanges: [{ request: step.request, response: answerIn(step.output), took_ms: 0 }] };
  }
  if (attempt.failure && !attempt.not_kept) return { exchanges: [], note: "Nothing was sent." };
  const remade = "The answer is not kept; the request is made anew from the input.";
  return { exchanges: [{ request: step.request, response: null, took_ms: 0 }], note: attempt.not_kept ? `${NOT_KEPT} ${remade}` : remade };
}

const NOT_KEPT = "What went over the wire is not kept, as the workflow or the node says.";
