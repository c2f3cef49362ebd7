import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { sayError } from "@/ui/toast-list";
import { ApiError } from "./client";
import { setOver } from "./login-over";
import { session } from "./session";

/** Where a login is wanted and there is none, the way leads over the login page and back; a page that had one stays as it is. */
function toLogin(error: Error): boolean {
  if (!(error instanceof ApiError) || error.status !== 401) return false;
  if (queryClient.getQueryData(session.queryKey)) setOver(true);
  else if (window.location.pathname !== "/login") {
    const back = window.location.pathname + window.location.search;
    window.location.assign(`/login?next=${encodeURIComponent(back)}`);
  }
  return true;
}

/** One cache for the whole page. Answers count as fresh until a live event says otherwise. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: toLogin }),
  mutationCache: new MutationCache({
    onError: (error, _input, _context, mutation) => {
      if (!toLogin(error) && !mutation.meta?.shown) sayError(error);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
  },
});
