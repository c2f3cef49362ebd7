export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "failed";
  undo?: () => void;
}

const SHOWN_MS = 7_000;
let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const current = () => toasts;

export const dismiss = (id: number) => change(toasts.filter((toast) => toast.id !== id));

/** Says `text` for some seconds; with `undo`, offers to take it back. An error stays until it is dismissed. */
export function say(text: string, undo?: () => void): void {
  last += 1;
  const id = last;
  change([...toasts.slice(-3), { id, text, tone: "plain", undo }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function sayError(error: unknown): void {
  last += 1;
  change([...toasts.slice(-3), { id: last, text: error instanceof Error ? error.message : String(error), tone: "failed" }]);
}
