import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { logIn } from "@/api/session";
import { Button } from "@/ui/button";
import { ErrorNotice } from "@/ui/notice";

interface LoginFormProps {
  /** Of a link that logs in once; it is tried at once. */
  code?: string;
  onDone: () => void;
}

/** Logs in with a token, or with the code of a link. */
export function LoginForm({ code, onDone }: LoginFormProps) {
  const [token, setToken] = useState("");
  const enter = useMutation({ meta: { shown: true }, mutationFn: logIn, onSuccess: onDone });
  const tried = useRef(false);
  const { mutate } = enter;
  useEffect(() => {
    if (!code || tried.current) return;
    tried.current = true;
    mutate({ code });
  }, [code, mutate]);
  return (
    <form
      className="flex flex-col gap-4"
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
    </form>
  );
}
