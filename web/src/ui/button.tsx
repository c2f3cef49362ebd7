import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, MouseEvent, ReactNode } from "react";
import { useBarred } from "@/api/may";
import type { Role } from "@/api/session";
import { cx } from "./classes";

const LOOKS = {
  primary: "bg-accent text-accent-ink border-transparent hover:brightness-110 font-medium",
  plain: "bg-surface border-line-strong hover:bg-hover",
  quiet: "border-transparent text-dim hover:bg-hover hover:text-ink",
  danger: "bg-surface border-line-strong text-failed hover:bg-failed-soft",
} as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof LOOKS;
  size?: "small" | "normal" | "icon";
  busy?: boolean;
  icon?: ReactNode;
  /** The least role that may; others see it, and why they may not. */
  needs?: Role;
}

const SIZES = { small: "h-7 px-2", normal: "h-8 px-3", icon: "size-8 justify-center" } as const;

/** The look of a button, for links that look like one too. */
export const buttonClasses = (look: keyof typeof LOOKS = "plain", size: keyof typeof SIZES = "normal") =>
  cx(
    "inline-flex shrink-0 items-center gap-1.5 rounded-md border whitespace-nowrap transition-colors disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
    LOOKS[look],
    SIZES[size],
  );

const prevent = (event: MouseEvent) => event.preventDefault();

export function Button({ look, size, busy, icon, needs, children, className, disabled, ...rest }: ButtonProps) {
  const barred = useBarred(needs);
  // Not `disabled`: then nobody could reach it to hear why.
  const bars = barred && { "aria-disabled": true, "aria-description": barred, title: barred, onClick: prevent };
  // Nor while it works: the focus would be lost.
  const works = busy && !disabled && { "aria-disabled": true, onClick: prevent };
  return (
    <button
      type="button"
      {...rest}
      {...works}
      {...bars}
      disabled={!barred && disabled}
      aria-busy={busy || undefined}
      className={cx(buttonClasses(look, size), className)}
    >
      {busy ? <LoaderCircle size={14} className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}
