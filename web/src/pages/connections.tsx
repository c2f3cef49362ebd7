import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cable, CircleCheck, CircleDashed, CircleX, PlugZap } from "lucide-react";
import { connections as connectionsQuery, type Connection, test } from "@/api/rooms";
import { adviceFor } from "@/runs/advice";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Loaded } from "@/ui/query";
import { say, sayError } from "@/ui/toast-list";
import { Ago } from "@/ui/time";

const STATES = {
  ok: { icon: CircleCheck, text: "text-succeeded", word: "works" },
  failed: { icon: CircleX, text: "text-failed", word: "does not work" },
  unknown: { icon: CircleDashed, text: "text-queued", word: "not tried yet" },
} as const;

export function ConnectionsPage() {
  const query = useQuery(connectionsQuery);
  return (
    <Page title="Connections" under={<>From <code>connections.yaml</code>. Secrets stay where that file says; they are never shown here.</>}>
      <Loaded of={query} rows={6}>
        {(connections) =>
          connections.length === 0 ? (
            <div className="panel">
              <Empty icon={<Cable size={28} aria-hidden />} title="There is no connection yet">
                Name the credentials of an app in <code>connections.yaml</code>, and start Highline again.
              </Empty>
            </div>
          ) : (
            <ul className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">
              {connections.map((each) => <Card key={each.name} connection={each} />)}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}

function Card({ connection }: { connection: Connection }) {
  const cache = useQueryClient();
  const look = STATES[connection.state] ?? STATES.unknown;
  const trial = useMutation({
    mutationFn: () => test(connection.name),
    onSuccess: ({ test: result }) => {
      if (result.ok) say(`${connection.name}: ${result.message}, in ${result.took_ms} ms`);
      else sayError(new Error(`${connection.name}: ${result.message}`));
      void cache.invalidateQueries({ queryKey: ["connections"] });
    },
  });
  return (
    <li className="panel flex flex-col gap-3 p-4">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="truncate text-sm">{connection.name}</h2>
          <p className="truncate text-dim">{connection.app_name ?? connection.app}</p>
        </div>
        {connection.testable !== false && (
          <Button needs="operator" size="small" icon={<PlugZap size={13} aria-hidden />} busy={trial.isPending} onClick={() => trial.mutate()} aria-label={`Test ${connection.name}`}>
            Test
          </Button>
        )}
      </div>
      <p className={`flex items-start gap-1.5 font-medium ${look.text}`}>
        <look.icon size={15} aria-hidden className="mt-0.5 shrink-0" />
        <span className="min-w-0 break-words">{connection.message ?? look.word}</span>
      </p>
      {connection.state === "failed" && <p className="text-dim">{adviceFor(/^(\w+):/.exec(connection.message ?? "")?.[1] ?? "")}</p>}
      <dl className="mt-auto grid grid-cols-[5.5rem_1fr] gap-x-3 gap-y-1 text-xs">
        {connection.resource && <><dt className="text-faint">Budget of</dt><dd className="break-all text-dim">{connection.resource}</dd></>}
        {connection.last_test && <><dt className="text-faint">Tested</dt><dd className="text-dim"><Ago at={connection.last_test.at} />, {connection.last_test.took_ms} ms</dd></>}
        <dt className="text-faint">Used by</dt>
        <dd className="flex flex-wrap gap-x-2">
          {connection.used_by.length === 0 && <span className="text-faint">no workflow</span>}
          {connection.used_by.map((id) => <Link key={id} to="/workflows/$id" params={{ id }} className="text-accent hover:underline">{id}</Link>)}
        </dd>
      </dl>
    </li>
  );
}
