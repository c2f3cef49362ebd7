import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { cx } from "./classes";
import { current, dismiss, hold, release, subscribe } from "./toast-list";

export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, current);
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed inset-x-3 bottom-3 z-50 flex flex-col items-end gap-2">
      {toasts.map((toast) => (
        <div
          key={toast.id}
          onMouseEnter={() => hold(toast.id)}
          onMouseLeave={() => release(toast.id)}
          onFocus={() => hold(toast.id)}
          onBlur={() => release(toast.id)}
          className={cx(
            "pointer-events-auto flex max-w-md items-center gap-2 rounded-lg border bg-surface py-1.5 pr-1.5 pl-3.5 shadow-raised",
            toast.tone === "failed" ? "border-failed/50" : "border-line-strong",
          )}
        >
          <span className={cx("min-w-0 break-words", toast.tone === "failed" && "text-failed")}>{toast.text}</span>
          {toast.undo && (
            <button
              type="button"
              className="h-7 rounded px-2 font-semibold text-accent hover:bg-hover"
              onClick={() => {
                toast.undo?.();
                dismiss(toast.id);
              }}
            >
              Undo
            </button>
          )}
          <button type="button" aria-label="Dismiss" className="grid size-7 place-items-center rounded text-dim hover:bg-hover" onClick={() => dismiss(toast.id)}>
            <X size={14} aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
