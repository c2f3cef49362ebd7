import type { InfiniteData } from "@tanstack/react-query";
import type { Run } from "@/api/types";

/** Runs, the newest first, and from where older ones follow. */
export interface RunPage {
  runs: Run[];
  next?: string | null;
}

export type RunPages = InfiniteData<RunPage>;

/** So many pages are asked for between the newest runs and those known; beyond, what is older is read anew by scrolling. */
const BRIDGE_PAGES = 8;

/** The newest run that is known to have been looked at; a page without a hit says only how far down it looked. */
const newestOf = ({ pages }: RunPages) => pages.map((page) => page.runs[0]?.id ?? page.next ?? "").reduce((a, b) => (a > b ? a : b), "");

/** Whether runs may lie between the newest ones and all that was read before: so many came in since. */
export function hasGap(head: RunPage | undefined, pages: RunPages | undefined): boolean {
  const oldest = head?.runs.at(-1)?.id;
  return Boolean(pages && head?.next && oldest && oldest > newestOf(pages));
}

/**
 * Reads from the newest runs down to those that were read before. Gives what has to be put in front of them, or, where
 * too much lies between, pages to begin anew with.
 */
export async function bridge(head: RunPage, pages: RunPages, after: (run: string) => Promise<RunPage>): Promise<(known: RunPages) => RunPages> {
  const known = newestOf(pages);
  const runs = [...head.runs];
  let next = head.next;
  for (let asked = 0; next && next > known; asked += 1) {
    if (asked === BRIDGE_PAGES) {
      const anew = { pages: [{ runs, next }], pageParams: [undefined] };
      return () => anew;
    }
    const page = await after(next);
    runs.push(...page.runs);
    next = page.next;
  }
  return (old) => ({ ...old, pages: old.pages.map((page, index) => (index === 0 ? { ...page, runs: inFront(runs, old) } : page)) });
}

/** Also what another bridge has brought meanwhile stays. */
function inFront(runs: Run[], old: RunPages): Run[] {
  const first = old.pages[0]?.runs ?? [];
  const there = new Set(old.pages.flatMap((page) => page.runs.map((run) => run.id)));
  return [...runs.filter((run) => !there.has(run.id)), ...first];
}
