import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Monitor } from "lucide-react";
import { endSession, sessions as sessionsQuery, type BrowserSession } from "@/api/door";
import { ConfirmButton } from "@/ui/confirm";
import { Empty } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { type Column, Table } from "@/ui/table";
import { say } from "@/ui/toast-list";
import { Ago } from "@/ui/time";

const BY = { token: "token", link: "login link", environment: "token of the environment" } as const;

const COLUMNS: Column<BrowserSession>[] = [
  {
    id: "name",
    title: "Who",
    cell: (session) => <><span className="font-medium">{session.name}</span>{session.current && <span className="ml-2 rounded bg-accent-soft px-1.5 py-0.5 text-2xs">this browser</span>}</>,
  },
  { id: "role", title: "Role", className: "w-24", cell: (session) => session.role },
  { id: "by", title: "Logged in by", className: "hidden w-40 text-dim md:table-cell", cell: (session) => BY[session.by] },
  { id: "used", title: "Last used", className: "hidden w-28 text-dim sm:table-cell", cell: (session) => <Ago at={session.last_used_at} /> },
  { id: "made", title: "Logged in", className: "hidden w-28 text-dim lg:table-cell", cell: (session) => <Ago at={session.created_at} /> },
  { id: "ends", title: "Ends", className: "hidden w-32 text-dim sm:table-cell", cell: (session) => <Ago at={session.expires_at} /> },
  { id: "end", title: <span className="sr-only">Log out</span>, className: "w-24 text-right", cell: (session) => <End session={session} /> },
];

/** Browsers that are logged in, and the way to log each of them out. */
export function Sessions() {
  const query = useInfiniteQuery(sessionsQuery);
  return (
    <Panel flush title="Logged in by browser" className="overflow-hidden">
      <Loaded of={query}>
        {({ pages }) =>
          pages[0]?.sessions.length === 0 ? (
            <Empty icon={<Monitor size={28} aria-hidden />} title="No browser is logged in">Who logs in here, by a token or by a link, is listed for as long as the login lasts.</Empty>
          ) : (
            <Table label="Logged in by browser" columns={COLUMNS} rows={pages.flatMap((page) => page.sessions)} rowKey={(session) => session.id} long onEnd={() => void (query.hasNextPage && !query.isFetching && query.fetchNextPage())} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function End({ session: { id, name, current } }: { session: BrowserSession }) {
  const cache = useQueryClient();
  const end = useMutation({
    mutationFn: () => endSession(id),
    onSuccess: () => {
      if (current) return window.location.assign("/login");
      say(`${name} is logged out there`);
      void cache.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  const explain = current ? "You are led to the login." : "That browser is refused from now on, until somebody logs in there again. A token stays in force.";
  return (
    <ConfirmButton size="small" look="danger" busy={end.isPending} ask={`Log out ${name}?`} explain={explain} yes="Log out" onYes={() => end.mutate()} aria-label={`Log out ${name}`}>
      Log out
    </ConfirmButton>
  );
}
