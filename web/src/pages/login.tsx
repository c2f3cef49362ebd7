import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { logIn } from "@/api/session";
import { inside } from "@/app/inside";
import { Logo } from "@/app/logo";
import { Button } from "@/ui/button";
import { ErrorNotice } from "@/ui/notice";

const route = getRouteApi("/login");

export function LoginPage() {
  const { code, next } = route.useSearch();
  const cache = useQueryClient();
  const [token, setToken] = useState("");
  const enter = useMutation({
    meta: { shown: true },
    mutationFn: logIn,
    onSuccess: () => {
      cache.clear();
      // A full load, so that neither the code nor the token stays in the page or its history.
      window.location.replace(inside(next, window.location.origin));
    },
  });
  const tried = useRef(false);
  const { mutate } = enter;
  useEffect(() => {
    document.title = "Log in · Highline";
    if (!code || tried.current) return;
    tried.current = true;
    mutate({ code });
  }, [code, mutate]);
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex justify-center"><h1><Logo /></h1></div>
        <form
          className="panel flex flex-col gap-4 p-5"
          onSubmit={(event) => {
            event.preventDefault();
            enter.mutate({ token: token.trim() });
          }}
        >
          {enter.error && <ErrorNotice error={enter.error} />}
          <label className="flex flex-col gap-1.5">
            <span className="font-medium">Token</span>
            <input type="password" autoComplete="current-password" required value={token} onChange={(event) => setToken(event.target.value)} placeholder="hl_…" className="field h-9 font-mono" />
          </label>
          <Button type="submit" look="primary" className="h-9 justify-center" busy={enter.isPending} icon={<KeyRound size={14} aria-hidden />}>
            {enter.isPending && code ? "Logging in with the link" : "Log in"}
          </Button>
          <p className="text-dim">
            At its first start Highline prints a link that logs in once. <code>highline tokens create</code> makes a token in the terminal.
          </p>
        </form>
      </div>
    </main>
  );
}
