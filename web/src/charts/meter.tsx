import { cx } from "@/ui/classes";

interface MeterProps {
  label: string;
  value: number;
  max: number;
  tone?: "accent" | "waiting" | "failed";
}

const TONES = { accent: "bg-accent", waiting: "bg-waiting", failed: "bg-failed" } as const;

/** How much of something is used. */
export function Meter({ label, value, max, tone = "accent" }: MeterProps) {
  const part = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={max} aria-valuenow={value} className="h-1.5 overflow-hidden rounded-full bg-hover">
      <div className={cx("h-full rounded-full transition-[width]", TONES[tone])} style={{ width: `${part * 100}%` }} />
    </div>
  );
}
