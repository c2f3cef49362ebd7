import { Ban, CircleAlert, CircleCheck, CircleDashed, CircleX, Clock, LoaderCircle, type LucideIcon, RotateCcw, SearchCheck, SkipForward, Split } from "lucide-react";
import { cx } from "./classes";
import { words } from "./words";

interface Look {
  icon: LucideIcon;
  text: string;
  fill: string;
}

/** How each state of a run or a step looks: never by colour alone. */
const LOOKS: Record<string, Look> = {
  queued: { icon: CircleDashed, text: "text-queued", fill: "fill-queued bg-queued" },
  running: { icon: LoaderCircle, text: "text-running", fill: "fill-running bg-running" },
  waiting: { icon: Clock, text: "text-waiting", fill: "fill-waiting bg-waiting" },
  succeeded: { icon: CircleCheck, text: "text-succeeded", fill: "fill-succeeded bg-succeeded" },
  failed: { icon: CircleX, text: "text-failed", fill: "fill-failed bg-failed" },
  cancelled: { icon: Ban, text: "text-cancelled", fill: "fill-cancelled bg-cancelled" },
  interrupted: { icon: CircleAlert, text: "text-interrupted", fill: "fill-interrupted bg-interrupted" },
  skipped: { icon: SkipForward, text: "text-cancelled", fill: "fill-cancelled bg-cancelled" },
  retrying: { icon: RotateCcw, text: "text-waiting", fill: "fill-waiting bg-waiting" },
  looping: { icon: LoaderCircle, text: "text-running", fill: "fill-running bg-running" },
  verifying: { icon: SearchCheck, text: "text-interrupted", fill: "fill-interrupted bg-interrupted" },
  branched: { icon: Split, text: "text-dim", fill: "fill-queued bg-queued" },
};

const OTHER: Look = { icon: CircleDashed, text: "text-dim", fill: "fill-queued bg-queued" };

export const lookOf = (state: string): Look => LOOKS[state] ?? OTHER;

export function StateIcon({ state, size = 15, still }: { state: string; size?: number; still?: boolean }) {
  const { icon: Icon, text } = lookOf(state);
  return <Icon size={size} strokeWidth={2.1} aria-hidden className={cx("shrink-0", text, state === "running" && !still && "animate-spin")} />;
}

export function State({ state, className }: { state: string; className?: string }) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 align-middle whitespace-nowrap font-medium", lookOf(state).text, className)}>
      <StateIcon state={state} />
      {words(state)}
    </span>
  );
}
