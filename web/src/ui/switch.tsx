import { cx } from "./classes";

interface SwitchProps {
  on: boolean;
  label: string;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}

export function Switch({ on, label, onChange, disabled }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!on)}
      className={cx(
        "relative inline-flex h-[1.125rem] w-8 shrink-0 items-center rounded-full border transition-colors disabled:opacity-50",
        on ? "border-transparent bg-accent" : "border-line-strong bg-sunken",
      )}
    >
      <span className={cx("block size-3 rounded-full transition-transform", on ? "translate-x-[1.05rem] bg-accent-ink" : "translate-x-[0.19rem] bg-faint")} />
    </button>
  );
}
