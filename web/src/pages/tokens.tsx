import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Link2, Plus } from "lucide-react";
import { useState } from "react";
import { makeToken, type NewToken, revokeToken, type Token, tokens as tokensQuery } from "@/api/door";
import { useBarred } from "@/api/may";
import { NewLink } from "@/door/new-link";
import { RoleChoice } from "@/door/role-choice";
import { Sessions } from "@/door/sessions";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { Empty, ErrorNotice, Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { type Column, Table } from "@/ui/table";
import { say } from "@/ui/toast-list";
import { Ago } from "@/ui/time";

const LIVES = [["30d", "30 days"], ["90d", "90 days"], ["365d", "a year"], ["", "until it is revoked"]] as const;

const COLUMNS: Column<Token>[] = [
  { id: "name", title: "Name", cell: (token) => <span className={token.revoked_at ? "text-faint line-through" : "font-medium"}>{token.name}</span> },
  { id: "role", title: "Role", className: "w-24", cell: (token) => token.role },
  { id: "used", title: "Last used", className: "hidden w-28 text-dim sm:table-cell", cell: (token) => <Ago at={token.last_used_at} /> },
  { id: "made", title: "Made", className: "hidden w-28 text-dim md:table-cell", cell: (token) => <Ago at={token.created_at} /> },
  { id: "ends", title: "Ends", className: "hidden w-32 text-dim sm:table-cell", cell: (token) => (token.revoked_at ? <>revoked <Ago at={token.revoked_at} /></> : <Ago at={token.expires_at} />) },
  { id: "revoke", title: <span className="sr-only">Revoke</span>, className: "w-24 text-right", cell: (token) => !token.revoked_at && <Revoke token={token} /> },
];

export function TokensPage() {
  const barred = useBarred("admin");
  const query = useInfiniteQuery({ ...tokensQuery, enabled: !barred });
  const [making, setMaking] = useState<"token" | "link" | null>(null);
  return (
    <Page
      title="Tokens"
      under="For scripts, and for people to log in by: once by a link, or as long as a token lasts. Both are shown once, when they are made."
      actions={
        <>
          <Button needs="admin" icon={<Link2 size={14} aria-hidden />} onClick={() => setMaking("link")}>New login link</Button>
          <Button needs="admin" look="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setMaking("token")}>New token</Button>
        </>
      }
    >
      <Panel flush className="overflow-hidden">
        {barred ? <Empty icon={<KeyRound size={28} aria-hidden />} title="Tokens are for admins">{barred}.</Empty> : <Loaded of={query}>
          {({ pages }) =>
            pages[0]?.tokens.length === 0 ? (
              <Empty icon={<KeyRound size={28} aria-hidden />} title="There is no token yet">Make one for each person and each script, so that each can be revoked alone.</Empty>
            ) : (
              <Table label="Tokens" columns={COLUMNS} rows={pages.flatMap((page) => page.tokens)} rowKey={(token) => token.id} long onEnd={() => void (query.hasNextPage && !query.isFetching && query.fetchNextPage())} />
            )
          }
        </Loaded>}
      </Panel>
      {!barred && <Sessions />}
      {making === "token" && <Dialog title="New token" keep onClose={() => setMaking(null)}><Make onDone={() => setMaking(null)} /></Dialog>}
      {making === "link" && <Dialog title="New login link" keep onClose={() => setMaking(null)}><NewLink onDone={() => setMaking(null)} /></Dialog>}
    </Page>
  );
}

function Revoke({ token }: { token: Token }) {
  const cache = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: () => {
      say(`${token.name} is revoked`);
      void cache.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  return (
    <ConfirmButton size="small" look="danger" busy={revoke.isPending} ask={`Revoke ${token.name}?`} explain="Whoever uses it is refused from now on. This cannot be taken back." yes="Revoke it" onYes={() => revoke.mutate()} aria-label={`Revoke ${token.name}`}>
      Revoke
    </ConfirmButton>
  );
}

function Make({ onDone }: { onDone: () => void }) {
  const cache = useQueryClient();
  const [wanted, setWanted] = useState<NewToken>({ name: "", role: "viewer", expires_in: "90d" });
  const make = useMutation({
    meta: { shown: true },
    mutationFn: () => makeToken({ ...wanted, name: wanted.name.trim(), expires_in: wanted.expires_in || undefined }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (make.data) {
    const { secret } = make.data;
    return (
      <div className="flex flex-col gap-4">
        <Notice tone="waiting" title="Copy it now: it is not shown again" />
        <p className="flex items-center gap-2 rounded-md bg-sunken px-3 py-2">
          <code className="min-w-0 grow break-all" data-testid="secret">{secret}</code>
          <CopyButton label="Copy the token" text={() => secret} />
        </p>
        <Button look="primary" className="self-end" onClick={onDone}>I have it</Button>
      </div>
    );
  }
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
      <label className="flex flex-col gap-1">
        <span>Name: who or what will use it</span>
        <input required maxLength={100} value={wanted.name} onChange={(event) => setWanted({ ...wanted, name: event.target.value })} className="field" />
      </label>
      <RoleChoice role={wanted.role} onChoose={(role) => setWanted({ ...wanted, role })} />
      <label className="flex flex-col gap-1">
        <span>Works for</span>
        <select value={wanted.expires_in ?? ""} onChange={(event) => setWanted({ ...wanted, expires_in: event.target.value })} className="field w-fit">
          {LIVES.map(([life, says]) => <option key={life} value={life}>{says}</option>)}
        </select>
      </label>
      {make.error && <ErrorNotice error={make.error} />}
      <Button type="submit" look="primary" busy={make.isPending} className="self-end">Make the token</Button>
    </form>
  );
}
