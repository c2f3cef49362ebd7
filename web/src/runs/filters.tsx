import { useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { type RunFilter, workflows as workflowsQuery } from "@/api/queries";
import { connections as connectionsQuery } from "@/api/rooms";
import { STATES } from "@/api/types";
import { Button } from "@/ui/button";
import { cx } from "@/ui/classes";
import { Pick } from "@/ui/pick";
import { StateIcon } from "@/ui/state";
import { words } from "@/ui/words";
import { TimeRange } from "./time-range";

interface FiltersProps {
  filter: RunFilter;
  onChange: (change: Partial<RunFilter>) => void;
}

type Workflows = Awaited<ReturnType<NonNullable<typeof workflowsQuery.queryFn>>>;
type Connections = Awaited<ReturnType<NonNullable<typeof connectionsQuery.queryFn>>>;

// Outside of the component, so that they are worked out once for each answer of the server.
const workflowChoices = ({ workflows }: Workflows) => workflows.map(({ id, name }) => ({ value: id, label: name }));
const connectionChoices = (all: Connections) => all.map(({ name }) => ({ value: name, label: name }));

export function Filters({ filter, onChange }: FiltersProps) {
  const workflows = useQuery({ ...workflowsQuery, select: workflowChoices }).data ?? [];
  const connections = useQuery({ ...connectionsQuery, select: connectionChoices }).data ?? [];
  const chosen = new Set(filter.state?.split(",") ?? []);
  const toggle = (state: string) => {
    const next = new Set(chosen);
    if (!next.delete(state)) next.add(state);
    onChange({ state: STATES.filter((each) => next.has(each)).join(",") });
  };
  const any = Object.values(filter).some(Boolean);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <TextFilter text={filter.text ?? ""} onChange={(text) => onChange({ text })} />
      <Pick label="Workflow" all="All workflows" value={filter.workflow} choices={workflows} onPick={(workflow) => onChange({ workflow })} />
      {connections.length > 0 && <Pick label="Connection" all="All connections" value={filter.connection} choices={connections} onPick={(connection) => onChange({ connection })} />}
      <TimeRange since={filter.since} until={filter.until} onChange={onChange} />
      <div role="group" aria-label="State" className="flex gap-1 overflow-x-auto max-sm:-mx-4 max-sm:w-screen max-sm:px-4 max-sm:pb-1 sm:flex-wrap">
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={chosen.has(state)}
            onClick={() => toggle(state)}
            className={cx(
              "inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-2.5 text-xs",
              chosen.has(state) ? "border-accent bg-accent-soft" : "border-line text-dim hover:bg-hover",
            )}
          >
            <StateIcon state={state} size={13} still />
            {words(state)}
          </button>
        ))}
      </div>
      {filter.error_kind && (
        <button type="button" onClick={() => onChange({ error_kind: "" })} aria-label={`without ${words(filter.error_kind)}`} className="inline-flex h-7 items-center gap-1.5 rounded-full border border-accent bg-accent-soft px-2.5 text-xs">
          {words(filter.error_kind)}
          <X size={12} aria-hidden />
        </button>
      )}
      {any && (
        <Button look="quiet" size="small" icon={<X size={13} aria-hidden />} onClick={() => onChange({ workflow: "", state: "", text: "", since: "", until: "", connection: "", error_kind: "" })}>
          Clear
        </Button>
      )}
    </div>
  );
}

const PAUSE_MS = 250;

function TextFilter({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const [seen, setSeen] = useState({ text, sent: [] as string[] });
  if (text !== seen.text) {
    // What was sent from here comes back by the address, perhaps while the next word is being typed.
    const own = seen.sent.indexOf(text);
    setSeen({ text, sent: seen.sent.slice(own + 1) });
    if (own < 0) setTyped(text);
  }
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inField = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key !== "/" || inField) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const send = useEffectEvent(() => {
    if (typed === text) return;
    setSeen((old) => ({ ...old, sent: [...old.sent, typed] }));
    onChange(typed);
  });
  useEffect(() => {
    const timer = setTimeout(send, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, text]);
  return (
    <label className="field flex w-full items-center gap-2 sm:w-64">
      <Search size={14} aria-hidden className="shrink-0 text-faint" />
      <input ref={field} value={typed} onChange={(event) => setTyped(event.target.value)} placeholder="Id or text of an error" aria-label="Search runs" className="w-full min-w-0 bg-transparent outline-none" />
      <kbd className="hidden text-2xs text-faint sm:block">/</kbd>
    </label>
  );
}
