/** Which rows of a long list are in sight. */
export interface Window {
  first: number;
  last: number;
}

const OVERSCAN = 12;

export function windowOf(scrollTop: number, height: number, rowHeight: number, rows: number): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);
  const last = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + OVERSCAN);
  // In steps, so that scrolling by a row does not draw the table anew.
  const step = OVERSCAN / 2;
  return { first: Math.min(Math.floor(first / step) * step, rows), last: Math.min(rows, Math.ceil(last / step) * step) };
}
