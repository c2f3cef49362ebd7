import type { Page } from "playwright-core";

/** Milliseconds of some interactions of one kind. */
export interface Timed {
  what: string;
  rows: number;
  each: number[];
}

/**
 * Has the browser tell how long each interaction took: from the key or the click to the frame that shows what came of it
 * (Event Timing, in steps of 8 ms).
 */
export const watchInteractions = (page: Page) =>
  page.addInitScript(() => {
    const seen = ((window as unknown as { interactions: number[] }).interactions = []) as number[];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[]) if (entry.interactionId) seen.push(entry.duration);
    }).observe({ type: "event", durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });

/** Does something as often as said, and gives the longest interaction of each time; below 16 ms the browser tells of none. */
export async function timed(page: Page, times: number, act: (turn: number) => Promise<void>): Promise<number[]> {
  const each: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    await page.evaluate("interactions.length = 0");
    await act(turn);
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 120)))");
    each.push((await page.evaluate("Math.max(8, ...interactions)")) as number);
  }
  return each;
}

/** Turns the wheel over a list, with a pause after each turn, and gives the time between each two frames meanwhile. */
export async function frames(page: Page, label: string, turns: number, pause = 0): Promise<number[]> {
  await page.getByRole("region", { name: label }).hover();
  await page.evaluate(`{
    window.frameTimes = [];
    window.watching = true;
    let last = performance.now();
    const next = (now) => { frameTimes.push(now - last); last = now; if (watching) requestAnimationFrame(next); };
    requestAnimationFrame(next);
  }`);
  for (let turn = 0; turn < turns; turn += 1) {
    // Down, and up again before its end.
    await page.mouse.wheel(0, turn % 100 < 60 ? 2_000 : -2_000);
    if (pause) await page.waitForTimeout(pause);
  }
  await page.evaluate("new Promise((done) => setTimeout(done, 200))");
  return (await page.evaluate("window.watching = false, frameTimes.slice(1)")) as number[];
}

/** The lines of a table of Markdown. */
export function table(all: Timed[]): string {
  const at = (sorted: number[], share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  const lines = all.map(({ what, rows, each }) => {
    const sorted = [...each].sort((a, b) => a - b);
    return `| ${what} | ${rows.toLocaleString("en")} | ${at(sorted, 0.5)} ms | ${at(sorted, 1)} ms |`;
  });
  return ["| interaction | rows | median | longest |", "|---|---|---|---|", ...lines].join("\n");
}
