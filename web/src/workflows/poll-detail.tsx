import { Link } from "@tanstack/react-router";
import type { Poll } from "@/api/types";
import { Fact, Facts } from "@/ui/panel";
import { At } from "@/ui/time";
import { words } from "@/ui/words";

/** The record that a key is of: what stands before its mark of change. */
export const recordOfKey = (key: string) => key.replace(/[@#].*$/s, "");

/** One poll: who made it, and what became of some of what it found. */
export function PollDetail({ poll }: { poll: Poll }) {
  const { error, sample = [] } = poll;
  return (
    <div className="flex flex-col gap-4">
      {error && <p role="alert" className="break-words text-failed">{words(error.kind)}: {error.message}</p>}
      <Facts>
        <Fact name="Began"><At at={poll.started_at} /></Fact>
        <Fact name="Node">{poll.node}</Fact>
        <Fact name="Requests">{poll.requests}</Fact>
        {poll.made_by && poll.made_by !== poll.workflow && <Fact name="Made by">the poll of <Link to="/workflows/$id" params={{ id: poll.made_by }} className="text-accent hover:underline">{poll.made_by}</Link>, which asks the same</Fact>}
      </Facts>
      {sample.length > 0 ? (
        <section>
          <h3 className="mb-1.5 text-xs font-medium text-faint">What became of {sample.length < poll.seen ? `${sample.length} of ${poll.seen} records` : "what it found"}</h3>
          <ul className="rounded-md border border-line">
            {sample.map(({ key, outcome, value }) => (
              <li key={key} className="flex flex-wrap items-baseline justify-between gap-x-3 border-b border-line px-2.5 py-1.5 last:border-0">
                <Link to="." search={(old: object) => ({ ...old, record: recordOfKey(key) })} replace className="min-w-0 font-mono text-xs break-all text-accent hover:underline" title="Why did it, or did it not, start a run?">{key}</Link>
                <span className="text-dim">{words(outcome)}{value !== undefined && value !== null && <>, where: <code>{value}</code></>}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : (
        !error && <p className="text-dim">The app had no record to look at.</p>
      )}
    </div>
  );
}
