import { api, got, type Schemas } from "./client";
import type { RunFilter } from "./queries";
import { sinceOf } from "./since";
import type { ErrorKind } from "./types";

/** What people do: each is one request. */
const one = (id: string) => ({ params: { path: { id } } });

export const switchWorkflow = (id: string, on: boolean) =>
  on ? got(api.POST("/api/v1/workflows/{id}/enable", one(id))) : got(api.POST("/api/v1/workflows/{id}/disable", one(id)));

export const start = (id: string, event: unknown, key: string) =>
  got(
    api.POST("/api/v1/workflows/{id}/start", {
      params: { path: { id }, header: { "Idempotency-Key": key } },
      body: event as never,
    }),
  );

export const retry = (id: string, revision: Schemas["RevisionChoice"]) =>
  got(api.POST("/api/v1/runs/{id}/retry", { ...one(id), body: { revision } }));

export const rerun = (id: string, body: Schemas["RerunBody"]) => got(api.POST("/api/v1/runs/{id}/rerun", { ...one(id), body }));

export const cancel = (id: string) => got(api.POST("/api/v1/runs/{id}/cancel", one(id)));

export const removeRun = (id: string) => got(api.DELETE("/api/v1/runs/{id}", one(id)));

export const resolve = (id: string, decision: Schemas["Decision"]) =>
  got(api.POST("/api/v1/runs/{id}/resolve", { ...one(id), body: { decision } }));

export const pollNow = (id: string) => got(api.POST("/api/v1/workflows/{id}/poll", one(id)));

/** Reads are made, writes are only shown. Without an event a sample is taken. */
export const dryRun = (id: string, event: unknown) =>
  got(api.POST("/api/v1/workflows/{id}/dry-run", { ...one(id), body: { event: event as never } }));

export const reopen = (resource: string) => got(api.POST("/api/v1/budgets/reopen", { body: { resource } }));

const MANY = 10_000;

/** Sends all failed runs of a filter back, or with `dry` only counts them. */
export const retryMany = ({ workflow, since, until, error_kind, text, connection }: RunFilter, dry: boolean) =>
  got(
    api.POST("/api/v1/runs/retry", {
      body: {
        state: ["failed"],
        workflow: workflow || undefined,
        text: text || undefined,
        connection: connection || undefined,
        since: sinceOf(since || undefined, Date.now()),
        until: until || undefined,
        error_kind: (error_kind || undefined) as ErrorKind | undefined,
        limit: MANY,
        dry_run: dry,
      },
    }),
  );
