import type { Exchange } from "@/api/types";
import { cx } from "@/ui/classes";
import { CopyButton } from "@/ui/copy";
import { JsonTree } from "@/ui/json-tree";

/** One side of what went over the wire. */
export function ExchangeView({ title, side }: { title: string; side: Exchange }) {
  const line = side.url ? `${side.method ?? "GET"} ${side.url}` : `HTTP ${side.status}`;
  const bad = (side.status ?? 0) >= 400;
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-1.5">
      <h3 className="text-xs font-medium text-faint">{title}</h3>
      <div className="flex items-start justify-between gap-2 rounded-md bg-sunken px-2.5 py-1.5">
        <code className={cx("min-w-0 text-xs break-all", bad && "text-failed")}>{line}</code>
        <CopyButton label={`Copy the ${title.toLowerCase()}'s first line`} text={() => line} />
      </div>
      {side.headers && Object.keys(side.headers).length > 0 && (
        <details className="text-xs">
          <summary className="text-faint">{Object.keys(side.headers).length} headers</summary>
          <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 font-mono">
            {Object.entries(side.headers).map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-faint">{name}</dt>
                <dd className="break-all">{String(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {side.body !== undefined && side.body !== null && <JsonTree value={side.body} label={`${title.toLowerCase()} body`} />}
    </section>
  );
}
