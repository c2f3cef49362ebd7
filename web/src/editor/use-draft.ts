import { useState } from "react";
import type { Workflow } from "@/api/types";
import { fresh, saved, taken } from "./draft";
import { useLeaveGuard } from "./use-leave-guard";

/** The text of a workflow under work. Leaving it with changes is asked about. */
export function useDraft(workflow: Workflow) {
  const [kept, setDraft] = useState(() => fresh(workflow));
  const draft = taken(kept, workflow);
  if (draft !== kept) setDraft(draft);
  const changed = draft.text !== draft.origin;
  useLeaveGuard(changed);
  return {
    ...draft,
    changed,
    setText: (text: string) => setDraft((old) => ({ ...old, text })),
    /** Goes on with what the workflow's file says. */
    takeFile: (text: string) => setDraft({ ...fresh(workflow), text, ofFile: text }),
    wasSaved: (sent: string, revision: number) => setDraft((old) => saved(old, sent, revision)),
    reset: () => setDraft(fresh(workflow)),
  };
}
