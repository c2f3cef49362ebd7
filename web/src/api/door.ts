import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, got, type Schemas } from "./client";

export type Token = Schemas["TokenRecord"];
export type NewToken = Schemas["WantedToken"];
export type AuditEntry = Schemas["AuditEntry"];

export const tokens = infiniteQueryOptions({
  queryKey: ["tokens"],
  queryFn: ({ pageParam, signal }) => got(api.GET("/api/v1/tokens", { params: { query: { limit: 200, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next ?? undefined,
});

export const makeToken = (token: NewToken) => got(api.POST("/api/v1/tokens", { body: token }));
export const revokeToken = (id: string) => got(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } }));

export const audit = infiniteQueryOptions({
  queryKey: ["audit"],
  queryFn: ({ pageParam, signal }) => got(api.GET("/api/v1/audit", { params: { query: { limit: 200, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next ?? undefined,
});
