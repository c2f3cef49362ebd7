import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import type { Workflow } from "@/api/types";

interface Draft {
  /** What was there when the writing began. */
  origin: string;
  /** The revision that it was. */
  base: number;
  text: string;
}

const fresh = (workflow: Workflow): Draft => ({ origin: workflow.source ?? "", base: workflow.revision, text: workflow.source ?? "" });

/** A text under work. As long as nothing was written, a newer revision takes its place; leaving with changes is asked about. */
export function useDraft(workflow: Workflow) {
  const [draft, setDraft] = useState(() => fresh(workflow));
  const changed = draft.text !== draft.origin;
  if (!changed && draft.base !== workflow.revision && workflow.source !== undefined) setDraft(fresh(workflow));
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      changed && current.pathname !== next.pathname && !window.confirm("The text has changes that are not saved. Leave it?"),
    enableBeforeUnload: () => changed,
  });
  return {
    text: draft.text,
    base: draft.base,
    changed,
    setText: (text: string) => setDraft((old) => ({ ...old, text })),
    reset: (text: string, base: number) => setDraft({ origin: text, base, text }),
  };
}
