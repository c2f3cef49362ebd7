import type { Point } from "@/api/stats";
import type { Bucket } from "@/charts/stack";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface SpanChoice {
  id: string;
  label: string;
  ms: number;
  bucket: "hour" | "day";
}

export const SPANS: SpanChoice[] = [
  { id: "24h", label: "24 hours", ms: DAY, bucket: "hour" },
  { id: "7d", label: "7 days", ms: 7 * DAY, bucket: "day" },
  { id: "30d", label: "30 days", ms: 30 * DAY, bucket: "day" },
];

export const bucketMs = (span: SpanChoice) => (span.bucket === "hour" ? HOUR : DAY);

/** Where the span begins: at a full bucket, so that the question stays the same for as long as a bucket. */
export function startOf(span: SpanChoice, now: number): number {
  const length = bucketMs(span);
  return Math.floor(now / length) * length - span.ms + length;
}

/** How the runs of a bucket ended, from the bottom of the chart up. */
export const ENDINGS = ["succeeded", "failed", "cancelled"] as const;

const partsOf = (point: Point): Record<string, number> => Object.fromEntries(ENDINGS.map((state) => [state, point[state] ?? 0]));

/** One bucket after another without a gap: where the server has nothing, there were no runs. */
export function filled(points: Point[], span: SpanChoice, now: number): Bucket[] {
  const length = bucketMs(span);
  const known = new Map(points.map((point) => [Math.floor(Date.parse(point.at) / length), partsOf(point)]));
  const first = Math.floor(startOf(span, now) / length);
  return Array.from({ length: Math.round(span.ms / length) }, (_, index) => ({
    at: new Date((first + index) * length).toISOString(),
    parts: known.get(first + index) ?? {},
  }));
}
