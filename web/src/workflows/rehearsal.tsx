import type { Schemas } from "@/api/client";
import { JsonTree } from "@/ui/json-tree";
import { State } from "@/ui/state";

/** What a run would do: nothing was sent. */
export function Rehearsal({ of }: { of: Schemas["RehearsalView"] }) {
  return (
    <section aria-label="Dry run" className="flex flex-col gap-2 rounded-lg border border-line p-3">
      <p className="flex flex-wrap items-center gap-2">{of.state ? <>It would be <State state={of.state} /></> : "The workflow's where does not want this event"} <span className="text-faint">{of.sample ? "with a sample as event; " : ""}no write was sent</span></p>
      {!of.state && <p className="text-dim">Give it an event that <code>where</code> wants, such as that of the last run.</p>}
      {of.failure && <p className="break-words text-failed">{of.failure.message}</p>}
      {of.steps.map((step) => (
        <details key={step.step} className="rounded-md border border-line">
          <summary className="flex flex-wrap gap-x-3 px-2.5 py-1.5">
            <span className="font-medium">{step.step}</span>
            <State state={step.state} />
            {step.note && <span className="text-waiting">{step.note}</span>}
          </summary>
          <div className="flex flex-col gap-2 border-t border-line p-2.5">
            {step.request !== undefined && step.request !== null && <JsonTree value={step.request} label="request" />}
            {step.input !== undefined && step.input !== null && <JsonTree value={step.input} label="input" />}
            {step.output !== undefined && step.output !== null && <JsonTree value={step.output} label="output" />}
          </div>
        </details>
      ))}
    </section>
  );
}
