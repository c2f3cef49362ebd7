import type { LogEntry } from "@/api/types";
import { CopyButton } from "@/ui/copy";
import { Panel } from "@/ui/panel";
import { type Column, Table } from "@/ui/table";
import { At } from "@/ui/time";
import { many, stamp, words } from "@/ui/words";

const KNOWN = new Set(["seq", "at", "type", "step", "input", "output", "exchanges", "left_out", "not_kept"]);
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A value in a few words, moments as everywhere on the page. */
function shown(value: unknown): string {
  if (typeof value === "string" && MOMENT.test(value)) return stamp(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What an entry says beside its kind and step, in one line. */
export function more(entry: LogEntry): string {
  const rest = Object.entries(entry).filter(([name]) => !KNOWN.has(name));
  return rest
    .map(([name, value]) => {
      const failure = value as { kind?: string; message?: string } | null;
      if (name === "failure" && failure?.message) return `${words(failure.kind ?? "")}: ${failure.message}`;
      return Array.isArray(value) ? many(value.length, words(name).replace(/s$/, "")) : `${words(name)} ${shown(value)}`;
    })
    .join(", ");
}

const COLUMNS: Column<LogEntry>[] = [
  { id: "seq", title: "No.", className: "w-12 text-faint", cell: (entry) => entry.seq },
  { id: "at", title: "When", className: "w-24", cell: (entry) => <At at={entry.at} /> },
  { id: "type", title: "What", className: "w-36", cell: (entry) => words(entry.type) },
  { id: "step", title: "Step", className: "w-40 hidden sm:table-cell", cell: (entry) => "step" in entry ? entry.step : "" },
  { id: "more", title: "More", className: "hidden text-dim md:table-cell", cell: (entry) => <span title={more(entry)}>{more(entry)}</span> },
];

export function RunLog({ log }: { log: LogEntry[] }) {
  return (
    <Panel flush className="overflow-hidden" title={many(log.length, "entry", "entries")} actions={<CopyButton label="Copy the log as JSON" text={() => JSON.stringify(log, null, 2)} />}>
      <Table label="Log of the run" columns={COLUMNS} rows={log} rowKey={(entry) => String(entry.seq)} long />
    </Panel>
  );
}
