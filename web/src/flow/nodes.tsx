import { Handle, type NodeProps, Position } from "@xyflow/react";
import { BookOpenText, CircleStop, GitBranch, Hourglass, type LucideIcon, Pencil, Repeat, Zap } from "lucide-react";
import type { OutlineStep, RunStep, Trigger } from "@/api/types";
import { cx } from "@/ui/classes";
import { StateIcon } from "@/ui/state";
import { words } from "@/ui/words";
import { TriggerText } from "@/workflows/trigger";

const KINDS: Record<string, LucideIcon> = {
  action: Zap,
  read: BookOpenText,
  if: GitBranch,
  for_each: Repeat,
  wait: Hourglass,
  set: Pencil,
  stop: CircleStop,
};

interface StepData {
  step: OutlineStep;
  reached?: RunStep;
  ofRun: boolean;
  chosen: boolean;
}

const BOX = "flex h-full w-full items-center gap-2.5 rounded-lg border bg-surface px-3 text-left";

export function StepNode({ data }: NodeProps) {
  const { step, reached, ofRun, chosen } = data as unknown as StepData;
  const Icon = KINDS[step.kind] ?? Zap;
  return (
    <div className={cx(BOX, chosen ? "border-accent ring-1 ring-accent" : "border-line-strong", ofRun && !reached && "opacity-55")}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <span className="grid size-7 shrink-0 place-items-center rounded-md bg-hover text-dim">
        <Icon size={14} aria-hidden />
      </span>
      <span className="min-w-0 grow">
        <span className="block truncate text-sm leading-5 font-medium" title={step.id}>{step.id}</span>
        <span className="block truncate text-xs text-faint" title={step.label}>{step.operation ?? (step.label || words(step.kind))}</span>
      </span>
      {reached && (
        <>
          <StateIcon state={reached.state} size={17} />
          <span className="sr-only">{words(reached.state)}</span>
        </>
      )}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}

export function TriggerNode({ data }: NodeProps) {
  const { trigger } = data as { trigger: Trigger };
  return (
    <div className={cx(BOX, "border-accent/50 bg-accent-soft")}>
      <span className="min-w-0 grow">
        <span className="block text-sm leading-5 font-medium">Trigger</span>
        <span className="block text-xs"><TriggerText trigger={trigger} /></span>
      </span>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}
