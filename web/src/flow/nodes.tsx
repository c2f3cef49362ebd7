import { Handle, type NodeProps, Position } from "@xyflow/react";
import { BookOpenText, CircleStop, GitBranch, Hourglass, type LucideIcon, Pencil, Repeat, Zap } from "lucide-react";
import type { ReactNode } from "react";
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

interface Chosen {
  chosen: boolean;
  /** Shows more of it; left out where there is no more. */
  onPick?: () => void;
}

interface StepData extends Chosen {
  step: OutlineStep;
  reached?: RunStep;
  ofRun: boolean;
}

interface BoxProps extends Chosen {
  className: string;
  children: ReactNode;
}

/** A button where there is more to see, so that the keyboard gets there too. */
function Box({ chosen, onPick, className, children }: BoxProps) {
  const look = cx("flex h-full w-full items-center gap-2.5 rounded-lg border px-3 text-left", className, chosen && "!border-accent ring-1 ring-accent");
  if (!onPick) return <div className={look}>{children}</div>;
  return <button type="button" aria-current={chosen || undefined} onClick={onPick} className={cx(look, "hover:border-accent/60")}>{children}</button>;
}

export function StepNode({ data }: NodeProps) {
  const { step, reached, ofRun, chosen, onPick } = data as unknown as StepData;
  const Icon = KINDS[step.kind] ?? Zap;
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Box chosen={chosen} onPick={onPick} className={cx("border-line-strong bg-surface", ofRun && !reached && "opacity-55")}>
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
      </Box>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}

export function TriggerNode({ data }: NodeProps) {
  const { trigger, chosen, onPick } = data as unknown as { trigger: Trigger } & Chosen;
  return (
    <>
      <Box chosen={chosen} onPick={onPick} className="border-accent/50 bg-accent-soft">
        <span className="min-w-0 grow">
          <span className="block text-sm leading-5 font-medium">Trigger</span>
          <span className="block text-xs"><TriggerText trigger={trigger} /></span>
        </span>
      </Box>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}

/** What a loop does in each turn. */
export function FrameNode() {
  return <div className="h-full w-full rounded-xl border border-dashed border-line-strong bg-sunken/70" />;
}
