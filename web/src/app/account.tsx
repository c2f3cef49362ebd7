import { useMutation, useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { logOut, session } from "@/api/session";

const SAYS = { viewer: "looks at everything and changes nothing", operator: "acts on what is there", admin: "may do everything" } as const;

/** Who is logged in, and the way out. Without a login, as on a machine of one's own, there is nothing to show. */
export function Account() {
  const { data } = useQuery(session);
  const leave = useMutation({
    mutationFn: logOut,
    // A new page: what was asked before is forgotten with this one.
    onSuccess: () => window.location.assign("/login"),
  });
  if (!data || data.kind !== "cookie") return null;
  return (
    <div className="flex items-center justify-between gap-2 border-t border-line px-2 pt-2">
      <p className="min-w-0 truncate text-xs" title={`${data.name}: ${SAYS[data.role]}`}>
        {data.name} <span className="text-faint">{data.role === "viewer" ? "viewer, only looks" : data.role}</span>
      </p>
      <button type="button" aria-label="Log out" title="Log out" disabled={leave.isPending} onClick={() => leave.mutate()} className="grid size-7 shrink-0 place-items-center rounded-md text-dim hover:bg-hover hover:text-ink">
        <LogOut size={14} aria-hidden />
      </button>
    </div>
  );
}
