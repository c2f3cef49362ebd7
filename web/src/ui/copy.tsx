import { Check, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cx } from "./classes";
import { sayError } from "./toast-list";

const SHOWN_MS = 1_200;

interface CopyProps {
  text: () => string;
  label: string;
  icon?: ReactNode;
  className?: string;
}

/** Over plain HTTP from another machine the page has no clipboard; what is marked can be copied all the same. */
async function copied(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copiedByMark(text),
    );
  }
  return copiedByMark(text);
}

function copiedByMark(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "fixed top-0 opacity-0";
  // In a dialog nothing outside of it can have the focus.
  (before?.closest("dialog") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

export function CopyButton({ text, label, icon = <Copy size={13} aria-hidden />, className }: CopyProps) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    if (!(await copied(text()))) {
      sayError("The browser does not let this page copy: mark the text and copy it by hand");
      return;
    }
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
