import { useMutation, useQueryClient } from "@tanstack/react-query";
import { reopen as reopenBudget } from "@/api/actions";
import type { Budget } from "@/api/types";
import { Meter } from "@/charts/meter";
import { Button } from "@/ui/button";
import { say } from "@/ui/toast-list";
import { Ago } from "@/ui/time";
import { brief, duration } from "@/ui/words";

/** What is left of the requests that the apps allow. */
export function Budgets({ budgets }: { budgets: Budget[] }) {
  return (
    <ul>
      {budgets.map((budget) => <BudgetRow key={budget.resource} budget={budget} />)}
    </ul>
  );
}

function BudgetRow({ budget }: { budget: Budget }) {
  const name = budget.connections.join(", ") || budget.resource;
  const used = budget.requests - budget.left_in_window;
  const waiting = budget.waiting.interactive + budget.waiting.event + budget.waiting.bulk;
  return (
    <li className="flex flex-col gap-1.5 border-b border-line px-3.5 py-2.5 last:border-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium" title={budget.resource}>{name}</span>
        <span className="text-xs text-dim tabular-nums">{used} of {budget.requests} in {duration(budget.window_ms)}</span>
      </div>
      <Meter label={`${name}: requests in this window`} value={used} max={budget.requests} tone={used >= budget.requests ? "waiting" : "accent"} />
      {budget.daily != null && (
        <div className="flex flex-wrap justify-between gap-x-3 text-xs text-faint">
          <span>today {brief(budget.spent_today)} of {brief(budget.daily)}</span>
          <Projection budget={budget} />
        </div>
      )}
      {waiting > 0 && <p className="text-xs text-waiting">{waiting} wait for their turn</p>}
      {budget.closed_until && <Closed budget={budget} until={budget.closed_until} />}
    </li>
  );
}

function Projection({ budget }: { budget: Budget }) {
  const { projection } = budget;
  if (!projection) return null;
  if ("spent_at" in projection) return <span className="text-failed">at this pace spent <Ago at={projection.spent_at} /></span>;
  return <span>at this pace {brief(projection.left_at_day_end)} left at the end of the day</span>;
}

function Closed({ budget, until }: { budget: Budget; until: string }) {
  const cache = useQueryClient();
  const reopen = useMutation({
    mutationFn: () => reopenBudget(budget.resource),
    onSuccess: () => {
      say("Requests are sent again");
      void cache.invalidateQueries({ queryKey: ["budgets"] });
    },
  });
  return (
    <p className="flex flex-wrap items-center justify-between gap-2 text-xs text-waiting">
      <span>the app asked for a pause; it ends <Ago at={until} /></span>
      <Button needs="operator" size="small" busy={reopen.isPending} onClick={() => reopen.mutate()}>Send again now</Button>
    </p>
  );
}
