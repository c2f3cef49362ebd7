import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { makeLink } from "@/api/door";
import type { Role } from "@/api/session";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Ago } from "@/ui/time";
import { RoleChoice } from "./role-choice";

/** A link by which somebody else can log in, once. */
export function NewLink({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const make = useMutation({ meta: { shown: true }, mutationFn: () => makeLink({ role, name: name.trim() || undefined }) });
  if (make.data) {
    const { path, expires_at: ends } = make.data.link;
    const address = window.location.origin + path;
    return (
      <div className="flex flex-col gap-4">
        <Notice tone="waiting" title="Send it to them now: it is not shown again">It logs in one browser, once, and ends <Ago at={ends} />.</Notice>
        <p className="flex items-center gap-2 rounded-md bg-sunken px-3 py-2">
          <code className="min-w-0 grow break-all" data-testid="link">{address}</code>
          <CopyButton label="Copy the link" text={() => address} />
        </p>
        <Button look="primary" className="self-end" onClick={onDone}>I have it</Button>
      </div>
    );
  }
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
      <label className="flex flex-col gap-1">
        <span>Name: who will log in by it</span>
        <input required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} className="field" />
      </label>
      <RoleChoice role={role} onChoose={setRole} />
      {make.error && <ErrorNotice error={make.error} />}
      <Button type="submit" look="primary" busy={make.isPending} className="self-end">Make the link</Button>
    </form>
  );
}
