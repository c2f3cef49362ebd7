import { inputOf, isSpan, momentOf } from "./moments";

interface TimeRangeProps {
  since?: string;
  until?: string;
  onChange: (change: { since: string; until: string }) => void;
}

const SPANS = [
  ["", "Any time"],
  ["15m", "Last 15 minutes"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
] as const;

/** In place of a span: two moments of one's own. */
const OWN = "own";
const DAY_MS = 86_400_000;

/** When runs came in: within some time before now, or between two moments by the reader's clock. */
export function TimeRange({ since = "", until = "", onChange }: TimeRangeProps) {
  const own = until !== "" || (since !== "" && !isSpan(since));
  const choose = (chosen: string) => onChange({ since: chosen === OWN ? new Date(Date.now() - DAY_MS).toISOString() : chosen, until: "" });
  return (
    <>
      <select aria-label="Time" className="field" value={own ? OWN : since} onChange={(event) => choose(event.target.value)}>
        {SPANS.map(([span, label]) => <option key={span} value={span}>{label}</option>)}
        {!own && !SPANS.some(([span]) => span === since) && <option value={since}>Last {since}</option>}
        <option value={OWN}>From … until …</option>
      </select>
      {own && (
        <>
          <input type="datetime-local" aria-label="From" className="field" value={inputOf(isSpan(since) ? "" : since)} onChange={(event) => onChange({ since: momentOf(event.target.value), until })} />
          <input type="datetime-local" aria-label="Until" className="field" value={inputOf(until)} onChange={(event) => onChange({ since: isSpan(since) ? "" : since, until: momentOf(event.target.value) })} />
        </>
      )}
    </>
  );
}
