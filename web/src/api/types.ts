import type { RunState } from "./schema";

/** The shapes of the interface that pages share, by shorter names. */
export type {
  AttemptView as Attempt,
  Budget,
  DiagnosticView as Diagnostic,
  ErrorKind,
  Failure,
  Heard,
  LogEntry,
  NodeRecord as Node,
  PollRecord as Poll,
  RunRecord as Run,
  RunState,
  RunView as RunDetail,
  StepDetail as RunStep,
  StepOutline as OutlineStep,
  TriggerOutline as Trigger,
  WorkflowItem,
  WorkflowView as Workflow,
  WrongFile,
} from "./schema";

export const STATES = ["queued", "running", "waiting", "succeeded", "failed", "cancelled", "interrupted"] as const satisfies RunState[];
