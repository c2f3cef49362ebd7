import { useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Run, RunState } from "./types";

export type Connection = "connecting" | "live" | "away";

interface RunEvent {
  id: string;
  workflow: string;
  state: RunState;
}

/** How long events are gathered before what they made stale is read again: many runs a second are one refresh. */
const GATHER_MS = 400;
const RETRY_MS = 5_000;
/** A long list of workflows is read again less often: ten thousand, which are megabytes, every 20 seconds. */
const PAUSE_MS_PER_ROW = 2;

/** Follows the server's events for as long as the page is open, and says whether it hears them. */
export function useLive(): Connection {
  const cache = useQueryClient();
  const [state, setState] = useState<Connection>("connecting");
  useEffect(() => follow(cache, setState), [cache]);
  return state;
}

export function follow(cache: QueryClient, say: (state: Connection) => void): () => void {
  const gathered = new Gathered(cache);
  let source: EventSource | undefined;
  let again: number | undefined;
  // Also over a stream that ended for good: what was missed is asked for by the next one that opens.
  let wasAway = false;
  const open = () => {
    source = new EventSource("/api/v1/live");
    source.onopen = () => {
      say("live");
      if (wasAway) gathered.everything();
      wasAway = false;
    };
    source.onerror = () => {
      wasAway = true;
      say("away");
      // The browser reconnects by itself after a cut; after an answer that is no stream it does not.
      if (source?.readyState === EventSource.CLOSED) again = window.setTimeout(open, RETRY_MS);
    };
    source.addEventListener("run", (event) => gathered.run(JSON.parse(event.data) as RunEvent));
    source.addEventListener("runs", () => gathered.stale("run", "runs", "workflows", "stats", "budgets"));
    source.addEventListener("workflow", () => gathered.stale("workflows", "connections"));
    source.addEventListener("poll", () => gathered.stale("polls", "events", "workflows", "connections", "budgets"));
    source.addEventListener("reset", () => gathered.everything());
  };
  open();
  return () => {
    window.clearTimeout(again);
    gathered.stop();
    source?.close();
  };
}

/** Events of a moment, and what they change in the cache. */
export class Gathered {
  private readonly cache: QueryClient;
  private readonly nouns = new Set<string>();
  private readonly runs = new Map<string, RunState>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What reads the list of workflows when its pause is over. */
  private listTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(cache: QueryClient) {
    this.cache = cache;
  }

  run(event: RunEvent): void {
    this.runs.set(event.id, event.state);
    this.stale("runs", "events", "workflows", "stats", "budgets");
  }

  stale(...nouns: string[]): void {
    for (const noun of nouns) this.nouns.add(noun);
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  everything(): void {
    void this.cache.invalidateQueries();
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.listTimer);
  }

  flush(): void {
    this.timer = undefined;
    for (const id of this.runs.keys()) void this.cache.invalidateQueries({ queryKey: ["run", id] });
    const states = new Map(this.runs);
    this.cache.setQueriesData<InfiniteData<{ runs: Run[] }>>({ queryKey: ["run-pages"] }, (old) =>
      old && withStates(old, states),
    );
    if (this.nouns.delete("workflows")) {
      void this.cache.invalidateQueries({ queryKey: ["workflows"], predicate: ({ queryKey }) => queryKey.length > 1 });
      this.readList();
    }
    for (const noun of this.nouns) void this.cache.invalidateQueries({ queryKey: [noun] });
    this.nouns.clear();
    this.runs.clear();
  }

  private readList(): void {
    if (this.listTimer) return;
    const read = () => {
      this.listTimer = undefined;
      void this.cache.invalidateQueries({ queryKey: ["workflows"], exact: true });
    };
    const known = this.cache.getQueryState<List>(["workflows"]);
    const rest = (known?.dataUpdatedAt ?? 0) + (known?.data?.workflows.length ?? 0) * PAUSE_MS_PER_ROW - Date.now();
    if (rest <= GATHER_MS) read();
    else this.listTimer = setTimeout(read, rest);
  }
}

interface List {
  workflows: unknown[];
}

function withStates<P extends { runs: Run[] }>(old: InfiniteData<P>, states: Map<string, RunState>): InfiniteData<P> {
  const changed = (run: Run) => states.has(run.id) && states.get(run.id) !== run.state;
  if (!old.pages.some((page) => page.runs.some(changed))) return old;
  const pages = old.pages.map((page) => ({
    ...page,
    runs: page.runs.map((run) => (changed(run) ? { ...run, state: states.get(run.id) ?? run.state } : run)),
  }));
  return { ...old, pages };
}
