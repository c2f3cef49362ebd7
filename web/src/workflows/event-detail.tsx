import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type EventRecord, event as eventQuery, type Outcome, OUTCOMES } from "@/api/events";
import { JsonTree } from "@/ui/json-tree";
import { Fact, Facts } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { State } from "@/ui/state";
import { Ago, At } from "@/ui/time";
import { shortId } from "@/ui/words";

/** One event, with what its run was given. */
export function EventDetail({ event: { id, key, outcome, created_at: at, run } }: { event: EventRecord }) {
  const query = useQuery(eventQuery(id));
  return (
    <div className="flex flex-col gap-4">
      <Facts>
        <Fact name="Found"><At at={at} />, <Ago at={at} /></Fact>
        <Fact name="Key"><code className="break-all">{key}</code></Fact>
        <Fact name="What came of it">{OUTCOMES[outcome as Outcome] ?? outcome}</Fact>
        {run && (
          <Fact name="Run">
            <Link to="/runs/$id" params={{ id: run.id }} className="mr-3 font-mono text-accent hover:underline">{shortId(run.id)}</Link>
            <State state={run.state} />
          </Fact>
        )}
      </Facts>
      <Loaded of={query} rows={4}>
        {({ data }) => data ? <JsonTree value={data} label="event" template="trigger" /> : <p className="text-dim">Of this event only the key is kept.</p>}
      </Loaded>
    </div>
  );
}
