import "@xyflow/react/dist/base.css";
import "./flow.css";
import { useNavigate } from "@tanstack/react-router";
import { Background, BackgroundVariant, Controls, type Edge, MarkerType, type Node, ReactFlow } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import type { OutlineStep, RunStep, Trigger } from "@/api/types";
import { useWidth } from "@/ui/measure";
import { Empty } from "@/ui/notice";
import { FrameNode, StepNode, TriggerNode } from "./nodes";
import { layoutOf, NODE_HEIGHT, NODE_WIDTH, TRIGGER } from "./layout";

/** So much is free around the graph, and no graph is drawn taller: then it is moved about. */
const MARGIN = 56;
const TALLEST = 1_600;
/** Pixels by which the place may grow or shrink before the graph is fitted anew. */
const REFIT = 40;

const TYPES = { step: StepNode, trigger: TriggerNode, frame: FrameNode };

interface FlowGraphProps {
  outline: OutlineStep[];
  trigger: Trigger;
  /** Of a run: each node then has its state. */
  steps?: RunStep[];
  selected?: string;
  /** What choosing a step does, `null` being the trigger; when left out, its name goes into the address. */
  onPick?: (step: OutlineStep | null) => void;
}

/** The step of the run that a node stands for: inside loops, the turn that was looked at, else the worst of all turns. */
function reachedBy(id: string, steps: RunStep[], selected?: string): RunStep | undefined {
  const same = steps.filter((each) => each.step.split(".").at(-1) === id);
  return (
    same.find((each) => each.step === selected) ??
    same.find((each) => each.state === "failed" || each.state === "interrupted") ??
    same.find((each) => each.state === "running" || each.state === "waiting") ??
    same.at(-1)
  );
}

export default function FlowGraph({ outline, trigger, steps, selected, onPick }: FlowGraphProps) {
  const navigate = useNavigate();
  const [box, space] = useWidth<HTMLDivElement>();
  const goTo = useCallback((step: string) => void navigate({ to: ".", search: (old: object) => ({ ...old, step }), replace: true, resetScroll: false }), [navigate]);
  const { nodes, edges, left, width, height } = useMemo(() => draw({ outline, trigger, steps, selected, onPick }, goTo), [outline, trigger, steps, selected, onPick, goTo]);
  if (outline.length === 0) return <Empty title="There is no graph to show">The text of the workflow is wrong; its YAML says where.</Empty>;
  const zoom = space > MARGIN ? Math.min(1, (space - MARGIN) / width) : 1;
  return (
    <div ref={box} role="group" aria-label="Graph" className="min-h-72" style={{ height: Math.min(TALLEST, height * zoom + MARGIN) }}>
      {space > 0 && <ReactFlow
        // It is fitted to its place once: in another place it is another graph.
        key={Math.round(space / REFIT)}
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        defaultViewport={{ x: (space - width * zoom) / 2 - left * zoom, y: MARGIN / 2, zoom }}
        fitViewOptions={{ maxZoom: 1, padding: 0.1 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>}
    </div>
  );
}

interface Drawn {
  nodes: Node[];
  edges: Edge[];
  left: number;
  width: number;
  height: number;
}

function draw({ outline, trigger, steps, selected, onPick }: FlowGraphProps, goTo: (step: string) => void): Drawn {
  const layout = layoutOf(outline);
  const done = new Map(layout.nodes.map(({ id, step }) => [id, step && steps && reachedBy(step.id, steps, selected)]));
  const pick = (step: OutlineStep | null, at?: string) => {
    if (onPick) return () => onPick(step);
    return at === undefined ? undefined : () => goTo(at);
  };
  const frames = layout.frames.map(({ id, x, y, width, height }): Node => ({ id, type: "frame", position: { x, y }, width, height, zIndex: -1, selectable: false, className: "frame", data: {} }));
  const nodes = layout.nodes.map(({ id, step, x, y }): Node => {
    const reached = done.get(id) ?? undefined;
    const at = steps ? reached?.step : (step?.id ?? TRIGGER);
    return {
      id,
      type: id === TRIGGER ? "trigger" : "step",
      position: { x, y },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      data: { step, trigger, reached, ofRun: Boolean(steps), onPick: pick(step, at), chosen: selected !== undefined && at === selected },
    };
  });
  const edges = layout.wires.map(({ id, from, to, label }): Edge => {
    const went = !steps || ((from === TRIGGER || done.get(from)) && done.get(to));
    return {
      id,
      source: from,
      target: to,
      label: label?.replace("_", " "),
      type: "smoothstep",
      className: went ? "wire" : "wire wire-idle",
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--line-strong)" },
    };
  });
  const boxes = [...layout.nodes.map(({ x, y }) => ({ x, y, width: NODE_WIDTH, height: NODE_HEIGHT })), ...layout.frames];
  const left = Math.min(...boxes.map(({ x }) => x));
  const width = Math.max(...boxes.map((each) => each.x + each.width)) - left;
  return { nodes: [...frames, ...nodes], edges, left, width, height: Math.max(...boxes.map((each) => each.y + each.height)) };
}
