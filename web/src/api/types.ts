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

const OVER: ReadonlySet<RunState> = new Set<RunState>(["succeeded", "failed", "cancelled"]);

/** Whether a run goes on no more, unless somebody sends it back. */
export const isOver = ({ state }: { state: RunState }) => OVER.has(state);

export const STATES = ["queued", "running", "waiting", "succeeded", "failed", "cancelled", "interrupted"] as const satisfies RunState[];
