import type { Schemas } from "./client";

/** The shapes of the interface that pages share, by shorter names. */
export const STATES = ["queued", "running", "waiting", "succeeded", "failed", "cancelled", "interrupted"] as const satisfies RunState[];
export type RunState = Schemas["RunState"];
export type ErrorKind = Schemas["ErrorKind"];
export type Failure = Schemas["Failure"];
export type Run = Schemas["RunRecord"];
export type Attempt = Schemas["AttemptView"];
export type LogEntry = Schemas["LogEntry"];
export type Poll = Schemas["PollRecord"];
export type Budget = Schemas["Budget"];
export type WrongFile = Schemas["WrongFile"];
export type Node = Schemas["NodeRecord"];

/** One side of what went over the wire, with secrets masked. */
export interface Exchange {
  method?: string;
  url?: string;
  status?: number;
  headers?: Record<string, unknown>;
  body?: unknown;
}

export type RunStep = Schemas["StepDetail"];
export type RunDetail = Schemas["RunView"];
export type Trigger = Schemas["TriggerOutline"];
export type WorkflowItem = Schemas["WorkflowItem"];
export type Workflow = Schemas["WorkflowView"];
export type OutlineStep = Schemas["StepOutline"];
export type Diagnostic = Schemas["DiagnosticView"];
