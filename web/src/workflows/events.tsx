import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Inbox, Search } from "lucide-react";
import { useMemo, useState } from "react";
import { CHOOSABLE, type EventRecord, events as eventsQuery, type Outcome, OUTCOMES } from "@/api/events";
import { Dialog } from "@/ui/dialog";
import { Empty } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { State } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { At } from "@/ui/time";
import { EventDetail } from "./event-detail";
import { recordOfKey } from "./poll-detail";
import { Why } from "./why";

const route = getRouteApi("/shell/workflows/$id");

const columns = (show: (event: EventRecord) => void): Column<EventRecord>[] => [
  {
    id: "at",
    title: "When",
    className: "w-28",
    cell: (event) => <button type="button" className="row-link" title="What it was" onClick={() => show(event)}><At at={event.created_at} /></button>,
  },
  { id: "key", title: "Key", cell: (event) => <code className="text-xs" title={event.key}>{event.key}</code> },
  { id: "outcome", title: "What came of it", className: "w-36 sm:w-64", cell: (event) => <span className={event.outcome === "run" ? undefined : "text-dim"}>{OUTCOMES[event.outcome as Outcome] ?? event.outcome}</span> },
  {
    id: "run",
    title: "Run",
    className: "hidden w-36 sm:table-cell",
    cell: ({ run }) => run && <Link to="/runs/$id" params={{ id: run.id }} className="relative z-[1] hover:underline"><State state={run.state} /></Link>,
  },
];

interface EventsProps {
  id: string;
  /** Whether it is here that somebody asks why a record started no run: a workflow that polls has its own place for it. */
  why: boolean;
}

/** What the trigger of a workflow found or took in, and what became of it. */
export function Events({ id, why }: EventsProps) {
  const { key, outcome } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(eventsQuery(id, { key, outcome }));
  const [shown, setShown] = useState<EventRecord | null>(null);
  const table = useMemo(() => columns(setShown), []);
  const change = (changed: { key?: string; outcome?: string }) => void navigate({ search: (old) => ({ ...old, ...changed }), replace: true });
  return (
    <>
      {why && <Why id={id} />}
      <Panel flush className="overflow-hidden" title="Events" actions={<Narrow key={key} record={key} outcome={outcome} onChange={change} />}>
        <Loaded of={query} rows={8}>
          {({ pages }) =>
            pages[0]?.events.length === 0 ? (
              <Empty icon={<Inbox size={28} aria-hidden />} title={key || outcome ? "No event is like this" : "There is no event yet"}>
                {key || outcome ? "Take the filter away to see all of them." : "What its trigger finds or takes in appears here, also when it starts no run."}
              </Empty>
            ) : (
              <Table label="Events" columns={table} rows={pages.flatMap((page) => page.events)} rowKey={(event) => event.id} long onEnd={() => void (query.hasNextPage && !query.isFetching && query.fetchNextPage())} />
            )
          }
        </Loaded>
      </Panel>
      {shown && <Dialog title={`Event ${recordOfKey(shown.key)}`} wide onClose={() => setShown(null)}><EventDetail event={shown} /></Dialog>}
    </>
  );
}

interface NarrowProps {
  record?: string;
  outcome?: string;
  onChange: (change: { key?: string; outcome?: string }) => void;
}

function Narrow({ record = "", outcome = "", onChange }: NarrowProps) {
  const [typed, setTyped] = useState(record);
  const send = () => {
    if (typed.trim() !== record) onChange({ key: typed.trim() || undefined });
  };
  return (
    <form className="flex flex-wrap gap-1.5" onSubmit={(event) => { event.preventDefault(); send(); }}>
      <label className="field flex h-7 min-h-0 items-center gap-1.5 py-0 text-xs">
        <Search size={13} aria-hidden className="shrink-0 text-faint" />
        <input value={typed} onChange={(event) => setTyped(event.target.value)} onBlur={send} placeholder="Id of a record" aria-label="Id of a record" className="w-36 min-w-0 bg-transparent outline-none" />
      </label>
      <select aria-label="What came of it" value={outcome} onChange={(event) => onChange({ outcome: event.target.value || undefined })} className="field h-7 min-h-0 py-0 text-xs">
        <option value="">whatever came of it</option>
        {CHOOSABLE.map((each) => <option key={each} value={each}>{OUTCOMES[each]}</option>)}
      </select>
    </form>
  );
}
