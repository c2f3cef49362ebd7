import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./classes";
import { useModal } from "./modal";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  /** What is in it would be lost: a press beside it does not close it. */
  keep?: boolean;
}

/** The browser's own modal dialog: it keeps the focus, and Escape closes it. */
export function Dialog({ title, onClose, children, wide, keep }: DialogProps) {
  const modal = useModal(onClose, keep);
  return (
    <dialog
      {...modal}
      aria-label={title}
      className={cx(
        "m-auto max-h-[calc(100dvh-2rem)] w-[calc(100%-2rem)] overflow-hidden rounded-xl border border-line-strong bg-surface p-0 text-ink shadow-raised",
        wide ? "max-w-3xl" : "max-w-lg",
      )}
    >
      <div className="flex max-h-[calc(100dvh-2rem)] flex-col">
        <header className="flex items-center justify-between gap-3 border-b border-line py-2 pr-2 pl-4">
          <h2 className="text-sm">{title}</h2>
          <button type="button" aria-label="Close" className="grid size-8 place-items-center rounded-md text-dim hover:bg-hover" onClick={onClose}>
            <X size={16} aria-hidden />
          </button>
        </header>
        <div className="overflow-y-auto p-4">{children}</div>
      </div>
    </dialog>
  );
}
