/** Whether the login of this page is over, which is found out when something is asked for. */
let over = false;
const listeners = new Set<() => void>();

export const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const isOver = () => over;

export function setOver(now: boolean): void {
  over = now;
  for (const listener of listeners) listener();
}
