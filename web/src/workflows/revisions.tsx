import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { diff as diffQuery, replace, revision as revisionQuery, revisions as revisionsQuery, type Revision } from "@/api/texts";
import type { Workflow } from "@/api/types";
import { DiffView } from "@/editor/diff-view";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm";
import { cx } from "@/ui/classes";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { say } from "@/ui/toast-list";
import { Ago } from "@/ui/time";

const route = getRouteApi("/shell/workflows/$id");

/** Each text that was accepted, what it changed, and the way back to it. */
export function Revisions({ workflow }: { workflow: Workflow }) {
  const query = useInfiniteQuery(revisionsQuery(workflow.id));
  const more = query.hasNextPage && (
    <Button size="small" look="quiet" className="m-2" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Older revisions</Button>
  );
  return <Loaded of={query}>{({ pages }) => <Chosen workflow={workflow} revisions={pages.flatMap((page) => page.revisions)} more={more} />}</Loaded>;
}

function Chosen({ workflow, revisions, more }: { workflow: Workflow; revisions: Revision[]; more: ReactNode }) {
  const search = route.useSearch();
  const newest = revisions[0]?.number ?? 1;
  // Of the oldest that is loaded it is known only when there are no more.
  const first = more ? 0 : (revisions.at(-1)?.number ?? 1);
  const to = Number(search.to ?? newest);
  const from = Number(search.from ?? Math.max(first, to - 1));
  const whole = to === first || search.text !== undefined;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <Panel flush title="Revisions" className="overflow-hidden">
        <ol className="max-h-[32rem] overflow-y-auto">
          {revisions.map((each) => (
            <li key={each.number} className={cx("relative border-b border-line px-3.5 py-2 last:border-0", each.number === to ? "bg-accent-soft" : "hover:bg-hover")}>
              <Link to="." search={(old: object) => ({ ...old, to: String(each.number), from: undefined, text: undefined })} replace className="row-link font-medium" aria-current={each.number === to || undefined}>
                Revision {each.number}
              </Link>
              <p className="text-xs text-faint">
                <Ago at={each.created_at} />{each.by && `, by ${each.by}`}{each.number === newest && ", in use"}
              </p>
            </li>
          ))}
          {more && <li>{more}</li>}
        </ol>
      </Panel>
      <Panel
        flush
        className="overflow-hidden"
        title={to === first ? "The first text" : whole ? `The text of revision ${to}` : `From revision ${from} to ${to}`}
        actions={
          <>
            {to !== first && <Against revisions={revisions} to={to} from={whole ? undefined : from} />}
            {to !== newest && <RollBack workflow={workflow} number={to} newest={newest} />}
          </>
        }
      >
        {whole ? <Whole id={workflow.id} number={to} /> : <Between id={workflow.id} from={from} to={to} />}
      </Panel>
    </div>
  );
}

function Between({ id, from, to }: { id: string; from: number; to: number }) {
  const query = useQuery(diffQuery(id, from, to));
  return <Loaded of={query}>{(diff) => <DiffView lines={diff.lines} />}</Loaded>;
}

/** What a revision is compared with; or its text is shown as it is. */
function Against({ revisions, to, from }: { revisions: Revision[]; to: number; from?: number }) {
  const navigate = route.useNavigate();
  const choose = (chosen: string) => void navigate({ search: (old) => ({ ...old, from: chosen || undefined, text: chosen ? undefined : "1" }), replace: true });
  return (
    <select aria-label="Compare with" value={from ?? ""} onChange={(event) => choose(event.target.value)} className="field h-7 min-h-0 py-0 text-xs">
      <option value="">the whole text</option>
      {revisions.filter(({ number }) => number !== to).map(({ number }) => <option key={number} value={number}>compared with revision {number}</option>)}
    </select>
  );
}

function Whole({ id, number }: { id: string; number: number }) {
  const query = useQuery(revisionQuery(id, number));
  return <Loaded of={query}>{({ source }) => <pre className="p-3.5 text-xs leading-5 break-words whitespace-pre-wrap">{source}</pre>}</Loaded>;
}

function RollBack({ workflow, number, newest }: { workflow: Workflow; number: number; newest: number }) {
  const cache = useQueryClient();
  const older = useQuery(revisionQuery(workflow.id, number));
  const back = useMutation({
    mutationFn: (source: string) => replace(workflow.id, { source, base_revision: newest }),
    onSuccess: ({ workflow: saved }) => {
      say(`The text of revision ${number} is in use again, as revision ${saved.revision}`);
      void cache.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
  return (
    <ConfirmButton
      needs="admin"
      size="small"
      icon={<Undo2 size={13} aria-hidden />}
      busy={back.isPending}
      disabled={older.data?.source === undefined}
      ask={`Roll back to revision ${number}?`}
      explain="Its text becomes the newest revision. Runs under way go on with the one that they began with; nothing is lost."
      yes="Roll back"
      onYes={() => back.mutate(older.data?.source ?? "")}
    >
      Roll back to this
    </ConfirmButton>
  );
}
