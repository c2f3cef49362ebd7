import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { inside } from "@/app/inside";
import { LoginForm } from "@/app/login-form";
import { Logo } from "@/app/logo";

const route = getRouteApi("/login");

export function LoginPage() {
  const { code, next } = route.useSearch();
  const cache = useQueryClient();
  useEffect(() => {
    document.title = "Log in · Highline";
  }, []);
  const enter = () => {
    cache.clear();
    // A full load, so that neither the code nor the token stays in the page or its history.
    window.location.replace(inside(next, window.location.origin));
  };
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex justify-center"><h1><Logo /></h1></div>
        <div className="panel flex flex-col gap-4 p-5">
          <LoginForm code={code} onDone={enter} />
          <p className="text-dim">
            At its first start Highline prints a link that logs in once; <code>highline tokens link</code> prints another, and <code>highline tokens create</code> makes a token.
          </p>
        </div>
      </div>
    </main>
  );
}
