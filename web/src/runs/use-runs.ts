import { type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { type RunFilter, runsAfter, runsHead, runsPages } from "@/api/queries";
import type { Run } from "@/api/types";
import { bridge, hasGap, type RunPage } from "./bridge";

/** So many pages without a hit are looked through before somebody has to ask for more. */
const LOOK_PAGES = 5;

/** Puts the newest runs in front of those that were scrolled to; where both have one, the newer reading counts. */
export function merge(head: Run[], pages: Run[][]): Run[] {
  const fresh = new Set(head.map((run) => run.id));
  return [...head, ...pages.flat().filter((run) => !fresh.has(run.id))].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** Fetches what came in between the newest runs and those read before; asked twice at once it is done once. */
function closeGap(cache: QueryClient, filter: RunFilter, head: RunPage): Promise<unknown> {
  const { queryKey } = runsPages(filter);
  return cache.fetchQuery({
    queryKey: ["run-gap", filter],
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const pages = cache.getQueryData(queryKey);
      if (!pages) return null;
      const into = await bridge(head, pages, (run) => runsAfter(filter, run, signal));
      cache.setQueryData(queryKey, (old) => old && into(old) as typeof old);
      return null;
    },
  });
}

/** Runs by a filter: the newest are kept up to date by live events, older ones come as they are scrolled to. */
export function useRuns(filter: RunFilter) {
  const cache = useQueryClient();
  const head = useQuery(runsHead(filter));
  const pages = useInfiniteQuery(runsPages(filter));
  const runs = useMemo(
    () => merge(head.data?.runs ?? [], pages.data?.pages.map((page) => page.runs) ?? []),
    [head.data, pages.data],
  );
  const gap = hasGap(head.data, pages.data);
  useEffect(() => {
    // What cannot be fetched now is with the next newest runs.
    if (gap && head.data) closeGap(cache, filter, head.data).catch(() => undefined);
  }, [cache, filter, gap, head.data]);

  const { hasNextPage, isFetchingNextPage, fetchNextPage, isError } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, isError]);
  // A page of a search may have no hit while older ones have: an answer ends after so many runs that it looked at.
  const looks = runs.length === 0 && hasNextPage && !isError && (pages.data?.pages.length ?? 0) < LOOK_PAGES;
  useEffect(() => {
    if (looks) more();
  }, [looks, more]);
  const failed = head.isError ? head : isError ? pages : undefined;
  return { runs, head, failed, more, loadingMore: pages.isPending || isFetchingNextPage || looks, complete: pages.isSuccess && !hasNextPage };
}
