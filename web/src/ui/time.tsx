import { useNow } from "./clock";
import { ago, moment, stamp } from "./words";

/** How long ago, or until when, with the moment and its zone on hover. */
export function Ago({ at, none = "never" }: { at: string | null | undefined; none?: string }) {
  const now = useNow();
  if (!at) return <span className="text-faint">{none}</span>;
  return (
    <time dateTime={at} title={moment(at)} className="whitespace-nowrap">
      {ago(Date.parse(at), now)}
    </time>
  );
}

/** The moment by the clock, with its zone on hover. */
export function At({ at }: { at: string }) {
  return (
    <time dateTime={at} title={moment(at)} className="whitespace-nowrap">
      {stamp(at)}
    </time>
  );
}
