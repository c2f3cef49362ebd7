import { queryOptions } from "@tanstack/react-query";
import { api, got, type Schemas } from "./client";

export type Overview = Schemas["Overview"];
export type Point = Pick<Schemas["Bucket"], "at" | "succeeded" | "failed" | "cancelled">;
export type FailureGroup = Schemas["FailureGroup"];

/** All keys begin with `stats`: a run that changes makes them stale. */
export const overview = queryOptions({
  queryKey: ["stats", "overview"],
  queryFn: async ({ signal }) => (await got(api.GET("/api/v1/stats/overview", { signal }))).overview,
});

export interface Span {
  since: string;
  bucket: "hour" | "day";
}

export const series = (span: Span) =>
  queryOptions({
    queryKey: ["stats", "runs", span],
    queryFn: async ({ signal }) => (await got(api.GET("/api/v1/stats/runs", { params: { query: { ...span } }, signal }))).series,
  });

export const failures = (since: string) =>
  queryOptions({
    queryKey: ["stats", "failures", since],
    queryFn: async ({ signal }) => (await got(api.GET("/api/v1/stats/failures", { params: { query: { since } }, signal }))).groups,
  });
