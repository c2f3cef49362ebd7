import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { audit as auditQuery, type AuditEntry } from "@/api/door";
import { Empty, ErrorNotice, Waiting } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { type Column, Table } from "@/ui/table";
import { At } from "@/ui/time";
import { words } from "@/ui/words";

const brief = (details: unknown) => (details === null || details === undefined ? "" : JSON.stringify(details));

const UUID = /^[0-9a-f]{8}-/;

/** What was changed, with the way to it where it has a page. */
function Target({ entry: { action, target } }: { entry: AuditEntry }) {
  if (!target) return null;
  const look = "text-accent hover:underline";
  if (action.endsWith("_workflow") && !action.startsWith("delete")) return <Link to="/workflows/$id" params={{ id: target }} className={look}>{target}</Link>;
  if (action.endsWith("_run") && UUID.test(target) && !action.startsWith("delete")) return <Link to="/runs/$id" params={{ id: target }} className={look}>{target}</Link>;
  return <span title={target}>{target}</span>;
}

const COLUMNS: Column<AuditEntry>[] = [
  { id: "at", title: "When", className: "w-22 text-dim sm:w-28", cell: (entry) => <At at={entry.at} /> },
  { id: "by", title: "Who", className: "w-28 sm:w-32", cell: (entry) => <span className="font-medium">{entry.by}</span> },
  { id: "action", title: "Did", className: "sm:w-44", cell: (entry) => words(entry.action) },
  { id: "target", title: "To", className: "hidden sm:table-cell", cell: (entry) => <Target entry={entry} /> },
  { id: "details", title: "More", className: "hidden text-dim lg:table-cell", cell: (entry) => <code title={brief(entry.details)}>{brief(entry.details)}</code> },
];

export function AuditPage() {
  const query = useInfiniteQuery(auditQuery);
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Page title="Audit" under="Who changed what: logins, switches, texts, tokens and decisions.">
      {query.isError && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      <Panel flush className="overflow-hidden">
        {query.isPending && <Waiting rows={8} />}
        {query.data && entries.length === 0 && (
          <Empty icon={<ScrollText size={28} aria-hidden />} title="Nothing was changed yet">What people do here, by the interface and by the command line is written down in this place.</Empty>
        )}
        {entries.length > 0 && (
          <Table label="Audit" columns={COLUMNS} rows={entries} rowKey={(entry) => entry.id} long onEnd={() => void (query.hasNextPage && !query.isFetching && query.fetchNextPage())} />
        )}
      </Panel>
    </Page>
  );
}
