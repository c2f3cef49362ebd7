import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { Attempt, Failure, RunStep } from "@/api/types";
import { JsonTree } from "@/ui/json-tree";
import { Notice } from "@/ui/notice";
import { Fact, Facts } from "@/ui/panel";
import { State, StateIcon } from "@/ui/state";
import { Ago, At } from "@/ui/time";
import { duration, words } from "@/ui/words";
import { adviceFor } from "./advice";
import { ExchangeView } from "./exchange";
import { toldOf } from "./wire-model";

const spent = (from?: string | null, to?: string | null) => (from && to ? duration(Date.parse(to) - Date.parse(from)) : null);

/** What came of asking the app whether a write of unknown outcome was done. */
const VERIFIED: Record<string, string> = {
  pending: "not yet: the app is asked whether the write was done",
  done: "the app has the record, so the write was done",
  not_done: "the app has no such record, so the write was sent again",
};

/** What a step was given, what it gave, and how often it was tried. `told`: a failure that the page has told already. */
export function StepDetail({ step, told }: { step: RunStep; told?: string }) {
  const last = step.attempts.at(-1);
  const wire = step.attempts.length > 0 && (
    <section aria-label="Requests and answers" className="flex flex-col gap-2">
      <h3 className="text-xs font-medium text-faint">Requests and answers</h3>
      {step.attempts.map((attempt) => <AttemptView key={attempt.number} step={step} attempt={attempt} open={attempt === last} />)}
    </section>
  );
  return (
    <div className="flex flex-col gap-4">
      <Facts>
        <Fact name="State"><State state={step.state} /></Fact>
        {step.verified && <Fact name="Verified">{VERIFIED[step.verified] ?? words(step.verified)}</Fact>}
        {step.branch && <Fact name="Branch">{step.branch}</Fact>}
        {step.turns !== undefined && step.turns !== null && <Fact name="Turns">{step.turns}</Fact>}
        {step.wake_at && !step.finished_at && <Fact name="Goes on"><At at={step.wake_at} />, <Ago at={step.wake_at} /></Fact>}
        {step.started_at && <Fact name="Began"><At at={step.started_at} /></Fact>}
        {spent(step.started_at, step.finished_at) && <Fact name="Took">{spent(step.started_at, step.finished_at)}</Fact>}
        {step.operation && (
          <Fact name="Operation">
            <Link to="/catalog/$id" params={{ id: step.operation }} className="break-all text-accent hover:underline">{step.operation}</Link>
          </Fact>
        )}
        {step.connection && <Fact name="Connection">{step.connection}</Fact>}
        {last?.status && <Fact name="Answer">HTTP {last.status}</Fact>}
        {last?.cached && <Fact name="Sent">nothing: an equal read of this run had the answer</Fact>}
      </Facts>
      {step.failure && step.failure.message !== told && <FailureNotice failure={step.failure} held={step.state === "interrupted"} />}
      {step.failure && wire}
      {step.input !== undefined && step.input !== null && <Value title="Input" value={step.input} />}
      {step.output !== undefined && <Value title="Output" value={step.output} template={`steps.${step.step.split(".").at(-1) ?? ""}`} />}
      {!step.failure && wire}
    </div>
  );
}

function Value({ title, value, template }: { title: string; value: unknown; template?: string }) {
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <h3 className="text-xs font-medium text-faint">{title}</h3>
      <JsonTree value={value} label={title.toLowerCase()} template={template} />
    </section>
  );
}

function AttemptView({ step, attempt, open }: { step: RunStep; attempt: Attempt; open: boolean }) {
  const state = attempt.failure ? "failed" : attempt.ended_at ? "succeeded" : "running";
  const { exchanges, note } = toldOf(step, attempt);
  return (
    <details className="rounded-md border border-line" open={open}>
      <summary className="flex flex-wrap items-center gap-x-3 gap-y-1 px-2.5 py-1.5">
        <StateIcon state={state} />
        <span className="font-medium">Attempt {attempt.number}</span>
        <span className="text-dim"><At at={attempt.started_at} /></span>
        <span className="text-dim">{spent(attempt.started_at, attempt.ended_at)}</span>
        {attempt.status && <span className="text-dim">HTTP {attempt.status}</span>}
      </summary>
      <div className="flex flex-col gap-3 border-t border-line p-2.5">
        {attempt.failure && attempt.failure.message !== step.failure?.message && <p className="break-words text-failed">{words(attempt.failure.kind)}: {attempt.failure.message}</p>}
        {attempt.retry_at && <p className="text-dim">the next attempt at <At at={attempt.retry_at} /></p>}
        {exchanges.map((heard, index) => <ExchangeView key={index} heard={heard} />)}
        {note && <p className="text-xs text-faint">{note}</p>}
        {!note && exchanges.length === 0 && <p className="text-xs text-faint">{attempt.ended_at ? "Nothing went over the wire." : "It is under way."}</p>}
      </div>
    </details>
  );
}

/** A failure in words, with the way out. */
export function FailureNotice({ failure, where, held }: { failure: Failure; where?: string; held?: boolean }) {
  // Of a write that may have been done, what the failure would mean otherwise is no advice.
  const kind = held ? "interrupted" : failure.kind;
  return (
    <Notice
      tone={kind === "interrupted" ? "interrupted" : "failed"}
      icon={<TriangleAlert size={16} aria-hidden className={kind === "interrupted" ? "text-interrupted" : "text-failed"} />}
      title={`${where ? `${where}: ` : ""}${failure.message}`}
    >
      <p>{adviceFor(kind)}</p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs">
        <span>{words(failure.kind)}</span>
        {failure.status && <span>HTTP {failure.status}</span>}
        {failure.trace_id && <span>the app's trace id: <code>{failure.trace_id}</code></span>}
      </p>
      {failure.details !== undefined && failure.details !== null && <div className="mt-2"><JsonTree value={failure.details} label="details" /></div>}
    </Notice>
  );
}
