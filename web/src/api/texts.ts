import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schema } from "@/editor/schema-keys";
import { api, ApiError, got, type Schemas } from "./client";

export type { RevisionHead as Revision, DiffLine, Check, SavedWorkflow as Saved } from "./schema";

const one = (id: string) => ({ path: { id } });

export const revisions = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["workflows", id, "revisions"],
    queryFn: ({ pageParam, signal }) => got(api.GET("/api/v1/workflows/{id}/revisions", { params: { ...one(id), query: { limit: 200, after: pageParam } }, signal })),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const revision = (id: string, number: number) =>
  queryOptions({
    queryKey: ["revision", id, number],
    queryFn: async ({ signal }) => {
      const params = { path: { id, number: String(number) as never } };
      return (await got(api.GET("/api/v1/workflows/{id}/revisions/{number}", { params, signal }))).revision;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const diff = (id: string, from: number, to: number) =>
  queryOptions({
    queryKey: ["diff", id, from, to],
    queryFn: async ({ signal }) =>
      (await got(api.GET("/api/v1/workflows/{id}/diff", { params: { ...one(id), query: { from, to } }, signal }))).diff,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The JSON Schema of a workflow's text: as the catalog, the same until the page is loaded anew. */
export const schema = queryOptions({
  queryKey: ["schema", "workflow"],
  queryFn: async ({ signal }) => (await got(api.GET("/api/v1/schema/workflow", { signal }))) as Schema,
  staleTime: Number.POSITIVE_INFINITY,
});

export const check = (source: string, id?: string, signal?: AbortSignal) =>
  got(api.POST("/api/v1/workflows/check", { body: { source, id }, signal }));

export const replace = (id: string, body: Schemas["NewText"]) => got(api.PUT("/api/v1/workflows/{id}", { params: one(id), body }));
export const create = (source: string, id?: string) => got(api.POST("/api/v1/workflows", { body: { source, id } }));

/** Deletes a workflow. With many runs the server does it in parts, and is asked again until it is gone. */
export const remove = (id: string) => untilGone(() => got(api.DELETE("/api/v1/workflows/{id}", { params: one(id) })));

export async function untilGone(ask: () => Promise<Schemas["Removal"] | undefined>): Promise<void> {
  for (let parts = 0; ; parts += 1) {
    const answer = await ask().catch((error: unknown) => {
      // Somebody else has asked for the last part.
      if (parts > 0 && error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    if (answer?.removed !== false) return;
  }
}
