import { useBarred } from "@/api/may";
import type { Role } from "@/api/session";
import { cx } from "./classes";

interface SwitchProps {
  on: boolean;
  label: string;
  onChange: (on: boolean) => void;
  /** The least role that may turn it. */
  needs?: Role;
}

export function Switch({ on, label, onChange, needs }: SwitchProps) {
  const barred = useBarred(needs);
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      aria-disabled={barred ? true : undefined}
      aria-description={barred}
      title={barred}
      onClick={() => !barred && onChange(!on)}
      className={cx(
        "relative inline-flex h-[1.125rem] w-8 shrink-0 items-center rounded-full border transition-colors aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
        on ? "border-transparent bg-accent" : "border-line-strong bg-sunken",
      )}
    >
      <span className={cx("block size-3 rounded-full transition-transform", on ? "translate-x-[1.05rem] bg-accent-ink" : "translate-x-[0.19rem] bg-faint")} />
    </button>
  );
}
