/** Times and numbers as people read them. */

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });

/** `3m ago`, `in 2h`; within a second it is `now`. */
export function ago(at: number, now: number): string {
  const distance = at - now;
  for (const [unit, length] of UNITS) {
    if (Math.abs(distance) >= length) return relative.format(Math.trunc(distance / length), unit);
  }
  return "now";
}

/** `840 ms`, `3.2 s`, `4 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  const two = (big: number, unit: string, small: number, below: string) => (small ? `${big} ${unit} ${small} ${below}` : `${big} ${unit}`);
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return two(minutes, "min", Math.floor((ms % 60_000) / 1_000), "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

const long = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

/** The moment in the zone of the reader, with the zone. */
export const moment = (at: string | number) => long.format(new Date(at));

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** `14:03:22` for today, `21 Nov, 14:03` for another day. */
export function stamp(at: string | number, now = Date.now()): string {
  const date = new Date(at);
  return date.toDateString() === new Date(now).toDateString() ? clock.format(date) : short.format(date);
}

const plain = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const count = (n: number) => plain.format(n);
/** `12,345` up to `99,999`, then `123.5K` and `1.2M`. */
export const brief = (n: number) => (n < 100_000 ? plain.format(n) : compact.format(n));

/** `1 run`, `2 runs`. */
export const many = (n: number, one: string, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`;

/** `rate_limited` as `rate limited`. */
export const words = (id: string) => id.replaceAll("_", " ");

/** The beginning of an id, which is its time, and its end, which tells runs of one moment apart. */
export const shortId = (id: string) => `${id.slice(0, 8)}…${id.slice(-4)}`;
