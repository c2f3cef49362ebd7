import { queryOptions } from "@tanstack/react-query";
import { api, got, type Schemas } from "./client";

export type { Session, Role } from "./schema";

/** Who is asking. Refused with 401 where there is no login. */
export const session = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => (await got(api.GET("/api/v1/session", { signal }))).session,
  staleTime: 300_000,
});

/** Logs in with a token, or with the code of a link that works once. */
export const logIn = (proof: Schemas["LogIn"]) => got(api.POST("/api/v1/session", { body: proof }));

export const logOut = () => got(api.DELETE("/api/v1/session"));
