import { useQuery } from "@tanstack/react-query";
import { type Role, session } from "./session";

const RANKS: Role[] = ["viewer", "operator", "admin"];
const WANTED = { viewer: "whoever is logged in", operator: "operators and admins", admin: "admins" } as const;

/** Why who has this role may not do what `needs` another; undefined where they may. */
export function barredFor(needs: Role | undefined, role: Role | undefined): string | undefined {
  if (!needs || !role || RANKS.indexOf(role) >= RANKS.indexOf(needs)) return undefined;
  return `Only for ${WANTED[needs]}: you are logged in as ${role}`;
}

/** The same for who is logged in. */
export function useBarred(needs?: Role): string | undefined {
  const { data } = useQuery({ ...session, enabled: Boolean(needs) });
  return barredFor(needs, data?.role);
}
