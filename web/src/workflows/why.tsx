import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { why as whyQuery } from "@/api/queries";
import { Button } from "@/ui/button";
import { ErrorNotice, Waiting } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { State } from "@/ui/state";
import { At } from "@/ui/time";
import { shortId } from "@/ui/words";

const route = getRouteApi("/shell/workflows/$id");

/** Answers why a record did or did not start a run. */
export function Why({ id }: { id: string }) {
  const { record } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(record ?? "");
  const [seen, setSeen] = useState(record);
  // It may be asked from elsewhere on the page.
  if (record !== seen) {
    setSeen(record);
    setTyped(record ?? "");
  }
  const query = useQuery({
    ...whyQuery(id, record ?? ""),
    enabled: Boolean(record),
  });
  return (
    <Panel title="Why did it not fire?">
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ search: (old) => ({ ...old, record: typed.trim() || undefined }), replace: true });
        }}
      >
        <label className="flex grow basis-60 flex-col gap-1 sm:max-w-md">
          <span className="text-dim">The id of the record in the app: a contact, an appointment</span>
          <input value={typed} onChange={(event) => setTyped(event.target.value)} className="field font-mono text-xs" placeholder="Ej9Ee4SvLOQfBHuWOhi4" />
        </label>
        <Button type="submit">Ask</Button>
      </form>
      {query.isFetching && !query.data && <Waiting rows={2} />}
      {query.error && <div className="mt-3"><ErrorNotice error={query.error} /></div>}
      {query.data && (
        <section aria-label="Answer" aria-live="polite" className="mt-3 flex flex-col gap-2">
          {query.data.answer.map((sentence) => <p key={sentence} className="break-words">{sentence}</p>)}
          <ul className="text-dim">
            {query.data.found.filter((each) => each.run).map(({ id: event, created_at, run }) => run && (
              <li key={event} className="flex flex-wrap gap-x-3">
                <At at={created_at} />
                <Link to="/runs/$id" params={{ id: run.id }} className="font-mono text-accent hover:underline">{shortId(run.id)}</Link>
                <State state={run.state} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </Panel>
  );
}
