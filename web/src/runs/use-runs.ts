import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { runsHead, runsPages, type RunFilter } from "@/api/queries";
import type { Run } from "@/api/types";

/** Puts the newest runs in front of those that were scrolled to; where both have one, the newer reading counts. */
export function merge(head: Run[], pages: Run[][]): Run[] {
  const fresh = new Set(head.map((run) => run.id));
  return [...head, ...pages.flat().filter((run) => !fresh.has(run.id))].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** Runs by a filter: the newest are kept up to date by live events, older ones come as they are scrolled to. */
export function useRuns(filter: RunFilter) {
  const head = useQuery(runsHead(filter));
  const pages = useInfiniteQuery(runsPages(filter));
  const runs = useMemo(
    () => merge(head.data?.runs ?? [], pages.data?.pages.map((page) => page.runs) ?? []),
    [head.data, pages.data],
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { runs, head, more, loadingMore: isFetchingNextPage, complete: !hasNextPage };
}
