import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, got, type Schemas } from "./client";
import { sinceOf } from "./since";

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

export type BrowserSession = Schemas["SessionView"];

export const sessions = infiniteQueryOptions({
  queryKey: ["sessions"],
  queryFn: ({ pageParam, signal }) => got(api.GET("/api/v1/sessions", { params: { query: { limit: 200, after: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next ?? undefined,
});

export const endSession = (id: string) => got(api.DELETE("/api/v1/sessions/{id}", { params: { path: { id } } }));
export const makeLink = (link: Schemas["WantedLink"]) => got(api.POST("/api/v1/login-links", { body: link }));

export interface AuditFilter {
  by?: string;
  action?: string;
  target?: string;
  since?: string;
  until?: string;
}

/** A filter with what is blank left out, and a span counted back from the moment of asking. */
function asked({ since, ...filter }: AuditFilter) {
  const given = { ...filter, since: sinceOf(since, Date.now()) };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as AuditFilter;
}

export const audit = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) => got(api.GET("/api/v1/audit", { params: { query: { ...asked(filter), limit: 200, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
