import type { SeenNode } from "@/api/queries";
import { cx } from "@/ui/classes";
import { Ago } from "@/ui/time";

/** When a node was last heard of. */
export function Sign({ of: { seen_at, quiet } }: { of: SeenNode }) {
  return (
    <span className="flex items-center gap-2">
      <span className={cx("size-1.5 rounded-full", quiet ? "bg-waiting" : "bg-succeeded")} aria-hidden />
      <span className={quiet ? "text-waiting" : "sr-only"}>{quiet ? "quiet," : "alive,"}</span>
      <Ago at={seen_at} />
    </span>
  );
}
