import type { Workflow } from "@/api/types";

/** A text under work. */
export interface Draft {
  /** What was there when the writing began, or was saved last. */
  origin: string;
  /** The revision that it was. */
  base: number;
  text: string;
  /** The text of the workflow's file that the writing began with, where the file says something else than the revision. */
  ofFile?: string;
}

export const fresh = ({ source, revision }: Pick<Workflow, "source" | "revision">): Draft => ({ origin: source ?? "", base: revision, text: source ?? "" });

/** As long as nothing was written, a newer revision takes its place; an older one is an answer that came late. */
export const taken = (draft: Draft, workflow: Pick<Workflow, "source" | "revision">): Draft =>
  draft.text === draft.origin && workflow.revision > draft.base && typeof workflow.source === "string" ? fresh(workflow) : draft;

/** After a text was saved: what was written while it was under way stays, as a change to it. */
export const saved = (draft: Draft, sent: string, revision: number): Draft => ({ origin: sent, base: revision, text: draft.text });
