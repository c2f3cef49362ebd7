import { Terminal } from "lucide-react";
import type { Heard } from "@/api/types";
import { cx } from "@/ui/classes";
import { CopyButton } from "@/ui/copy";
import { JsonTree } from "@/ui/json-tree";
import { many } from "@/ui/words";
import { bytes, curlOf } from "./curl";

type Part = Pick<Heard["request"], "headers" | "body" | "cut_from">;

/** A request and what came of it, as they went over the wire. */
export function ExchangeView({ heard }: { heard: Heard }) {
  const { request, response } = heard;
  return (
    <section aria-label={`${request.method} ${request.url}`} className="flex min-w-0 flex-col gap-2">
      <div className="flex items-start gap-2 rounded-md bg-sunken px-2.5 py-1.5">
        <span className="mt-px rounded bg-hover px-1 font-mono text-2xs leading-[1.6] font-medium">{request.method}</span>
        <code className="min-w-0 grow text-xs leading-5 break-all">{request.url}</code>
        <CopyButton label="Copy as curl" icon={<Terminal size={13} aria-hidden />} text={() => curlOf(request)} className="-my-0.5" />
      </div>
      <PartView name="request" part={request} />
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-0.5">
        {response && <b className={cx("font-mono text-xs", response.status >= 400 ? "text-failed" : "text-succeeded")}>HTTP {response.status}</b>}
        {!response && heard.error && <span className="text-failed">No answer: {heard.error}</span>}
        <Timing heard={heard} />
      </p>
      {response && <PartView name="answer" part={response} />}
    </section>
  );
}

/** How long it took; what was made anew has no time. */
function Timing({ heard }: { heard: Heard }) {
  if (!heard.took_ms && !heard.first_byte_ms) return null;
  return (
    <span className="text-xs text-dim">
      {heard.took_ms} ms{heard.first_byte_ms !== undefined && heard.first_byte_ms !== null && `, the first byte after ${heard.first_byte_ms} ms`}
    </span>
  );
}

function PartView({ name, part }: { name: string; part: Part }) {
  const headers = Object.entries(part.headers);
  return (
    <>
      {headers.length > 0 && (
        <details className="px-0.5 text-xs">
          <summary className="text-faint">{many(headers.length, "header")} of the {name}</summary>
          <dl className="mt-1 grid grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-3 font-mono">
            {headers.map(([key, value]) => (
              <div key={key} className="contents">
                <dt className="break-all text-faint">{key}</dt>
                <dd className="break-all">{String(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {part.body !== undefined && part.body !== null && <JsonTree value={part.body} label={`body of the ${name}`} />}
      {part.cut_from !== undefined && part.cut_from !== null && (
        <p className="px-0.5 text-xs text-faint">Cut: the body of the {name} has {bytes(part.cut_from)}, of which this is the beginning.</p>
      )}
    </>
  );
}
