export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "failed";
  undo?: () => void;
}

const SHOWN_MS = 7_000;
const timers = new Map<number, ReturnType<typeof setTimeout>>();
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

export function dismiss(id: number): void {
  hold(id);
  change(toasts.filter((toast) => toast.id !== id));
}

/** Lets a message stay while somebody is at it. */
export function hold(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

/** Lets it go some seconds from now, unless it is an error. */
export function release(id: number): void {
  hold(id);
  if (toasts.find((toast) => toast.id === id)?.tone === "plain") timers.set(id, setTimeout(() => dismiss(id), SHOWN_MS));
}

/** Says `text` for some seconds; with `undo`, offers to take it back. An error stays until it is dismissed. */
export function say(text: string, undo?: () => void): void {
  last += 1;
  const id = last;
  change([...toasts.slice(-3), { id, text, tone: "plain", undo }]);
  release(id);
}

export function sayError(error: unknown): void {
  last += 1;
  change([...toasts.slice(-3), { id: last, text: error instanceof Error ? error.message : String(error), tone: "failed" }]);
}
