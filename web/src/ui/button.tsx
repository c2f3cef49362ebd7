import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
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
}

const SIZES = { small: "h-7 px-2", normal: "h-8 px-3", icon: "size-8 justify-center" } as const;

/** The look of a button, for links that look like one too. */
export const buttonClasses = (look: keyof typeof LOOKS = "plain", size: keyof typeof SIZES = "normal") =>
  cx(
    "inline-flex shrink-0 items-center gap-1.5 rounded-md border whitespace-nowrap transition-colors disabled:opacity-50",
    LOOKS[look],
    SIZES[size],
  );

export function Button({ look, size, busy, icon, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(buttonClasses(look, size), className)}
    >
      {busy ? <LoaderCircle size={14} className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}
