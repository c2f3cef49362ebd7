import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ScrollText, X } from "lucide-react";
import { useMemo } from "react";
import { audit as auditQuery, type AuditEntry, type AuditFilter } from "@/api/door";
import { TimeRange } from "@/runs/time-range";
import { Empty, ErrorNotice, Waiting } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { type Column, Table } from "@/ui/table";
import { At } from "@/ui/time";
import { words } from "@/ui/words";

const route = getRouteApi("/shell/audit");
const UUID = /^[0-9a-f]{8}-/;
const brief = (details: unknown) => (details === null || details === undefined ? "" : JSON.stringify(details));

type Narrow = (change: AuditFilter) => void;

const columns = (narrow: Narrow): Column<AuditEntry>[] => [
  { id: "at", title: "When", className: "w-22 text-dim sm:w-28", cell: (entry) => <At at={entry.at} /> },
  { id: "by", title: "Who", className: "w-28 sm:w-32", cell: ({ by }) => <Only what={by} className="font-medium" onClick={() => narrow({ by })} /> },
  { id: "action", title: "Did", className: "sm:w-44", cell: ({ action }) => <Only what={words(action)} onClick={() => narrow({ action })} /> },
  { id: "target", title: "To", className: "hidden sm:table-cell", cell: (entry) => <Target entry={entry} /> },
  { id: "details", title: "More", className: "hidden text-dim lg:table-cell", cell: (entry) => <code title={brief(entry.details)}>{brief(entry.details)}</code> },
];

/** A word that shows only the lines with it. */
function Only({ what, className, onClick }: { what: string; className?: string; onClick: () => void }) {
  return <button type="button" title={`Show only: ${what}`} onClick={onClick} className={`max-w-full truncate text-left hover:underline ${className ?? ""}`}>{what}</button>;
}

/** What was changed, with the way to it where it has a page. */
function Target({ entry: { action, target } }: { entry: AuditEntry }) {
  if (!target) return null;
  const look = "text-accent hover:underline";
  if (action.endsWith("_workflow") && !action.startsWith("delete")) return <Link to="/workflows/$id" params={{ id: target }} className={look}>{target}</Link>;
  if (action.endsWith("_run") && UUID.test(target) && !action.startsWith("delete")) return <Link to="/runs/$id" params={{ id: target }} className={look}>{target}</Link>;
  return <span title={target}>{target}</span>;
}

export function AuditPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(auditQuery(filter));
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  const table = useMemo(() => columns((change) => void navigate({ search: (old) => ({ ...old, ...change }) })), [navigate]);
  const change = (changed: AuditFilter) => void navigate({ search: (old) => ({ ...old, ...changed }), replace: true });
  return (
    <Page title="Audit" under="Who changed what: logins, switches, texts, tokens and decisions. Press a name or a deed to see only its lines.">
      <div className="flex flex-wrap items-center gap-2">
        <TimeRange since={filter.since} until={filter.until} onChange={change} />
        {(["by", "action", "target"] as const).map((part) => {
          const chosen = filter[part];
          return chosen && (
            <button key={part} type="button" aria-label={`without ${words(chosen)}`} onClick={() => change({ [part]: undefined })} className="inline-flex h-7 items-center gap-1.5 rounded-full border border-accent bg-accent-soft px-2.5 text-xs">
              {words(chosen)} <X size={12} aria-hidden />
            </button>
          );
        })}
      </div>
      {query.isError && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      <Panel flush className="overflow-hidden">
        {query.isPending && <Waiting rows={8} />}
        {query.data && entries.length === 0 && <Nothing filtered={Object.values(filter).some(Boolean)} />}
        {entries.length > 0 && (
          <Table label="Audit" columns={table} rows={entries} rowKey={(entry) => entry.id} long onEnd={() => void (query.hasNextPage && !query.isFetching && query.fetchNextPage())} />
        )}
      </Panel>
    </Page>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const icon = <ScrollText size={28} aria-hidden />;
  if (filtered) return <Empty icon={icon} title="No line is like this">Take a part of the filter away, or choose more time.</Empty>;
  return <Empty icon={icon} title="Nothing was changed yet">What people do here, by the interface and by the command line is written down in this place.</Empty>;
}
