import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { useMemo, useState } from "react";
import { polls as pollsQuery } from "@/api/queries";
import { pollNow } from "@/api/actions";
import type { Poll } from "@/api/types";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Empty } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { type Column, Table } from "@/ui/table";
import { say } from "@/ui/toast-list";
import { At } from "@/ui/time";
import { duration, stamp, words } from "@/ui/words";
import { PollDetail } from "./poll-detail";
import { Why } from "./why";

const route = getRouteApi("/shell/workflows/$id");

const figure = (id: string, title: string, cell: (poll: Poll) => number, className = ""): Column<Poll> => ({
  id,
  title,
  className: `w-16 text-right tabular-nums ${className}`,
  cell: (poll) => <span className={cell(poll) === 0 ? "text-faint" : undefined}>{cell(poll)}</span>,
});

const columns = (show: (poll: Poll) => void): Column<Poll>[] => [
  {
    id: "at",
    title: "When",
    className: "w-28",
    cell: (poll) => <button type="button" className="row-link" title="What became of what it found" onClick={() => show(poll)}><At at={poll.started_at} /></button>,
  },
  figure("fresh", "New", (poll) => poll.fresh),
  figure("seen", "Seen", (poll) => poll.seen, "hidden sm:table-cell"),
  figure("duplicate", "Known", (poll) => poll.duplicate, "hidden sm:table-cell"),
  figure("filtered", "Filtered", (poll) => poll.filtered, "hidden md:table-cell w-20"),
  figure("requests", "Requests", (poll) => poll.requests, "hidden lg:table-cell w-20"),
  { id: "took", title: "Took", className: "hidden w-20 text-right md:table-cell", cell: (poll) => duration(Date.parse(poll.finished_at) - Date.parse(poll.started_at)) },
  {
    id: "said",
    title: "What came of it",
    cell: (poll) =>
      poll.error ? <span className="text-failed" title={poll.error.message}>{poll.error.message}</span> : <span className="text-dim">{sentence(poll)}</span>,
  },
];

function sentence(poll: Poll): string {
  if (poll.seen === 0) return "the app had nothing new";
  const parts = [
    poll.fresh && `${poll.fresh} started a run`,
    poll.filtered && `${poll.filtered} not wanted by where`,
    poll.dropped && `${poll.dropped} dropped: too many runs`,
    poll.duplicate && `${poll.duplicate} known already`,
    ...Object.entries(poll.others ?? {}).map(([outcome, count]) => `${count} ${words(outcome)}`),
  ].filter(Boolean);
  return parts.join(", ") || `${poll.seen} taken as seen`;
}

export function Polls({ id }: { id: string }) {
  const query = useInfiniteQuery(pollsQuery(id));
  const [shown, setShown] = useState<Poll | null>(null);
  const table = useMemo(() => columns(setShown), []);
  const { record } = route.useSearch();
  const [asked, setAsked] = useState(record);
  // A record of a poll was asked about: the answer stands behind the dialog.
  if (record !== asked) {
    setAsked(record);
    setShown(null);
  }
  const cache = useQueryClient();
  const now = useMutation({
    mutationFn: () => pollNow(id),
    onSuccess: () => {
      say("The poll is due now");
      void cache.invalidateQueries({ queryKey: ["polls"] });
    },
  });
  return (
    <>
      <Why id={id} />
      <Panel
        flush
        className="overflow-hidden"
        title="Polls"
        actions={<Button needs="operator" size="small" icon={<RefreshCw size={13} aria-hidden />} busy={now.isPending} onClick={() => now.mutate()}>Poll now</Button>}
      >
        <Loaded of={query} rows={8}>
          {({ pages }) =>
            pages[0]?.polls.length === 0 ? (
              <Empty title="It has not polled yet">It polls while it is switched on.</Empty>
            ) : (
              <Table label="Polls" columns={table} rows={pages.flatMap((page) => page.polls)} rowKey={(poll) => poll.id} long onEnd={() => void (query.hasNextPage && !query.isFetching && query.fetchNextPage())} />
            )
          }
        </Loaded>
      </Panel>
      {shown && <Dialog title={`Poll of ${stamp(shown.started_at)}`} onClose={() => setShown(null)}><PollDetail poll={shown} /></Dialog>}
    </>
  );
}
