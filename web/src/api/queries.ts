import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, got } from "./client";
import { sinceOf } from "./since";
import type { ErrorKind, Node } from "./types";

/** All pages of the list. */
async function allWorkflows(signal: AbortSignal) {
  const page = (after?: string) => got(api.GET("/api/v1/workflows", { params: { query: { limit: 500, after } }, signal }));
  const all = await page();
  for (let { next } = all; next; ) {
    const more = await page(next);
    all.workflows.push(...more.workflows);
    next = more.next;
  }
  return { ...all, next: null };
}

/** The first word of each key is the noun that a live event makes stale. */
export const workflows = queryOptions({
  queryKey: ["workflows"],
  // Comparing ten thousand old entries with as many new ones takes longer than drawing those in sight.
  structuralSharing: false,
  queryFn: ({ signal }) => allWorkflows(signal),
});

export const workflow = (id: string) =>
  queryOptions({
    queryKey: ["workflows", id],
    queryFn: async ({ signal }) => (await got(api.GET("/api/v1/workflows/{id}", { params: { path: { id } }, signal }))).workflow,
  });

export interface RunFilter {
  workflow?: string;
  state?: string;
  text?: string;
  connection?: string;
  error_kind?: string;
  since?: string;
  until?: string;
}

/** The filter as the interface takes it: blanks left out, and a span such as `24h` counted back from the moment of asking. */
function asked({ error_kind, since, ...filter }: RunFilter) {
  const given = { ...filter, since: sinceOf(since, Date.now()) };
  const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as Omit<RunFilter, "error_kind">;
  return { ...kept, error_kind: (error_kind || undefined) as ErrorKind | undefined };
}

const page = (query: ReturnType<typeof asked> & { limit: number; after?: string }, signal: AbortSignal) =>
  got(api.GET("/api/v1/runs", { params: { query }, signal }));

const PAGE = 500;

/** A page of the runs that are older than one. */
export const runsAfter = (filter: RunFilter, after: string | undefined, signal: AbortSignal) => page({ ...asked(filter), limit: PAGE, after }, signal);

/** The newest runs: what live events refresh. */
export const runsHead = (filter: RunFilter, limit = 100) =>
  queryOptions({
    queryKey: ["runs", "head", filter, limit],
    queryFn: ({ signal }) => page({ ...asked(filter), limit }, signal),
  });

/** All runs that were scrolled to, a page at a time. */
export const runsPages = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ["run-pages", filter],
    queryFn: ({ pageParam, signal }) => runsAfter(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export const run = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: async ({ signal }) => (await got(api.GET("/api/v1/runs/{id}", { params: { path: { id } }, signal }))).run,
  });

/** The event that the newest run of a workflow began with; null where it has none. */
export const lastEvent = (workflow: string) =>
  queryOptions({
    queryKey: ["last-event", workflow],
    queryFn: async ({ signal }) => {
      const newest = (await got(api.GET("/api/v1/runs", { params: { query: { workflow, limit: 1 } }, signal }))).runs[0];
      if (!newest) return null;
      return (await got(api.GET("/api/v1/runs/{id}", { params: { path: { id: newest.id } }, signal }))).run.event ?? null;
    },
  });

export const polls = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["polls", id],
    queryFn: ({ pageParam, signal }) =>
      got(api.GET("/api/v1/workflows/{id}/polls", { params: { path: { id }, query: { limit: 200, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const why = (id: string, record: string) =>
  queryOptions({
    queryKey: ["polls", id, "why", record],
    queryFn: async ({ signal }) =>
      (await got(api.GET("/api/v1/workflows/{id}/why", { params: { path: { id }, query: { record } }, signal }))).why,
  });

export const budgets = queryOptions({
  queryKey: ["budgets"],
  queryFn: async ({ signal }) => (await got(api.GET("/api/v1/budgets", { signal }))).budgets,
});

/** A node that has not been heard of for so long counts as lost, here as in the server's own figures. */
const SIGNS_LAST_MS = 90_000;
const SIGNS_EVERY_MS = 20_000;

/**
 * Nodes, and which of them were quiet when they were asked for: judged then, so that an old answer is no alarm. Their
 * signs of life are no events, so they are asked for while the page is in sight.
 */
export const nodes = queryOptions({
  queryKey: ["nodes"],
  queryFn: async ({ signal }) => judged((await got(api.GET("/api/v1/nodes", { signal }))).nodes, Date.now()),
  refetchInterval: SIGNS_EVERY_MS,
});

export interface SeenNode extends Node {
  quiet: boolean;
}

export const judged = (all: Node[], now: number): SeenNode[] => all.map((node) => ({ ...node, quiet: now - Date.parse(node.seen_at) > SIGNS_LAST_MS }));
