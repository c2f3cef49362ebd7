import { useNow } from "@/ui/clock";
import { cx } from "@/ui/classes";
import { Ago } from "@/ui/time";

/** A node that has not been heard of for so long may be lost; its leases end by then. */
const QUIET_MS = 60_000;

export function Sign({ at }: { at: string }) {
  const quiet = useNow() - Date.parse(at) > QUIET_MS;
  return (
    <span className="flex items-center gap-2">
      <span className={cx("size-1.5 rounded-full", quiet ? "bg-waiting" : "bg-succeeded")} aria-hidden />
      <span className="sr-only">{quiet ? "quiet" : "alive"}</span>
      <Ago at={at} />
    </span>
  );
}
