import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, got } from "./client";

export type { EventRecord } from "./schema";

/** What can come of an event, in words. */
export const OUTCOMES = {
  run: "started a run",
  seen: "was there before the first poll",
  filtered: "not wanted by where",
  duplicate: "known already by dedupe",
  dropped: "no place for its run",
  echo: "written by a run here",
  past: "its run was deleted",
} as const;

export type Outcome = keyof typeof OUTCOMES;

/** Outcomes to choose by: events that started a run are found by their runs. */
export const CHOOSABLE = ["seen", "filtered", "duplicate", "dropped", "echo", "past"] as const satisfies Outcome[];

interface EventFilter {
  /** The id of a record. */
  key?: string;
  outcome?: string;
}

/** What a trigger found, the newest first: polls and runs make it stale. */
export const events = (workflow: string, { key, outcome }: EventFilter) =>
  infiniteQueryOptions({
    queryKey: ["events", workflow, key ?? "", outcome ?? ""],
    queryFn: ({ pageParam, signal }) =>
      got(api.GET("/api/v1/events", { params: { query: { workflow, key: key || undefined, outcome: CHOOSABLE.find((each) => each === outcome), limit: 200, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const event = (id: string) =>
  queryOptions({
    queryKey: ["events", id],
    queryFn: async ({ signal }) => (await got(api.GET("/api/v1/events/{id}", { params: { path: { id } }, signal }))).event,
  });
