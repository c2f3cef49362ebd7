import { Link } from "@tanstack/react-router";
import { Pencil, X } from "lucide-react";
import type { ReactNode } from "react";
import type { OutlineStep, Workflow } from "@/api/types";
import { Fact, Facts, Panel } from "@/ui/panel";
import { words } from "@/ui/words";
import { buttonClasses } from "@/ui/button";
import { linesOfStep, linesOfTrigger, type Lines, stepOf } from "./step-lines";
import { TriggerText } from "./trigger";

const KINDS: Record<string, string> = {
  action: "writes",
  read: "reads",
  if: "chooses",
  for_each: "does its steps for each item",
  wait: "waits",
  set: "works out values",
  stop: "ends the run",
};

/** What the chosen step says, beside the graph. */
export function AboutStep({ workflow, id }: { workflow: Workflow; id: string }) {
  const outline = workflow.outline ?? [];
  const step = stepOf(outline, id);
  const source = workflow.source ?? "";
  if (step) return <About title={step.id} facts={<StepFacts step={step} />} lines={linesOfStep(source, outline, step)} />;
  const { starts } = workflow;
  const facts = (
    <>
      <Fact name="Starts"><TriggerText trigger={{ ...starts, operation: null }} /></Fact>
      <Used operation={starts.operation} connection={starts.connection} />
    </>
  );
  return <About title="Trigger" facts={facts} lines={linesOfTrigger(source)} />;
}

function StepFacts({ step }: { step: OutlineStep }) {
  return (
    <>
      <Fact name="Kind">{KINDS[step.kind] ?? words(step.kind)}</Fact>
      {step.condition && <Fact name="Only if"><code className="break-all">{step.condition}</code></Fact>}
      <Used operation={step.operation} connection={step.connection} />
    </>
  );
}

function Used({ operation, connection }: { operation?: string | null; connection?: string | null }) {
  return (
    <>
      {operation && <Fact name="Operation"><Link to="/catalog/$id" params={{ id: operation }} className="break-all text-accent hover:underline">{operation}</Link></Fact>}
      {connection && <Fact name="Connection">{connection}</Fact>}
    </>
  );
}

function About({ title, facts, lines }: { title: string; facts: ReactNode; lines: Lines | null }) {
  return (
    <Panel
      className="xl:sticky xl:top-4"
      title={<span className="break-all">{title}</span>}
      actions={
        <>
          {lines && (
            <Link to="." search={(old: object) => ({ ...old, tab: "yaml", line: String(lines.first) })} className={buttonClasses("plain", "small")}>
              <Pencil size={13} aria-hidden /> Edit at line {lines.first}
            </Link>
          )}
          <Link to="." search={(old: object) => ({ ...old, step: undefined })} replace resetScroll={false} aria-label="Close" className="grid size-7 place-items-center rounded-md text-dim hover:bg-hover">
            <X size={14} aria-hidden />
          </Link>
        </>
      }
    >
      <Facts>{facts}</Facts>
      {lines && <pre tabIndex={0} aria-label={`Text of ${title}`} className="mt-3 max-h-96 overflow-auto rounded-md bg-sunken p-2.5 text-xs leading-5">{lines.text}</pre>}
    </Panel>
  );
}
