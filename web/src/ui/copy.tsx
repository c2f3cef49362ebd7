import { Check, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cx } from "./classes";

const SHOWN_MS = 1_200;

interface CopyProps {
  text: () => string;
  label: string;
  icon?: ReactNode;
  className?: string;
}

export function CopyButton({ text, label, icon = <Copy size={13} aria-hidden />, className }: CopyProps) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    setDone(true);
    setTimeout(() => setDone(false), SHOWN_MS);
  };
  return (
    <button
      type="button"
      aria-label={done ? "Copied" : label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        void copy();
      }}
      className={cx("inline-grid size-6 shrink-0 place-items-center rounded text-faint hover:bg-hover hover:text-ink", className)}
    >
      {done ? <Check size={13} className="text-succeeded" aria-hidden /> : icon}
    </button>
  );
}
