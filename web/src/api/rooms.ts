import { queryOptions } from "@tanstack/react-query";
import { api, got } from "./client";

export type { ConnectionView as Connection, OperationHead, Definition as Operation, Field } from "./schema";

export const connections = queryOptions({
  queryKey: ["connections"],
  queryFn: async ({ signal }) => (await got(api.GET("/api/v1/connections", { signal }))).connections,
});

export const test = (name: string) => got(api.POST("/api/v1/connections/{name}/test", { params: { path: { name } } }));

/** The catalog is part of the running binary: it is the same until the page is loaded anew. */
const FOREVER = Number.POSITIVE_INFINITY;

export const apps = queryOptions({
  queryKey: ["catalog", "apps"],
  queryFn: async ({ signal }) => (await got(api.GET("/api/v1/catalog/apps", { signal }))).apps,
  staleTime: FOREVER,
});

export const operations = queryOptions({
  queryKey: ["catalog", "operations"],
  queryFn: async ({ signal }) => (await got(api.GET("/api/v1/catalog/operations", { signal }))).operations,
  staleTime: FOREVER,
});

export const operation = (id: string) =>
  queryOptions({
    queryKey: ["catalog", "operation", id],
    queryFn: async ({ signal }) =>
      (await got(api.GET("/api/v1/catalog/operations/{id}", { params: { path: { id } }, signal }))).operation,
    staleTime: FOREVER,
  });

export const choices = (id: string, field: string, connection?: string) =>
  queryOptions({
    queryKey: ["choices", id, field, connection ?? null],
    queryFn: async ({ signal }) => {
      const params = { path: { id }, query: { field, connection } };
      return (await got(api.GET("/api/v1/catalog/operations/{id}/choices", { params, signal }))).choices;
    },
    retry: false,
  });

export const tryOut = (id: string, connection: string | undefined, input: Record<string, unknown>) =>
  got(api.POST("/api/v1/catalog/operations/{id}/call", { params: { path: { id } }, body: { connection, input: input as never } }));
