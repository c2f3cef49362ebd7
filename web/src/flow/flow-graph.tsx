import "@xyflow/react/dist/base.css";
import "./flow.css";
import { useNavigate } from "@tanstack/react-router";
import { Background, BackgroundVariant, Controls, type Edge, MarkerType, type Node, ReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import type { OutlineStep, RunStep, Trigger } from "@/api/types";
import { useWidth } from "@/ui/measure";
import { Empty } from "@/ui/notice";
import { StepNode, TriggerNode } from "./nodes";
import { layoutOf, NODE_HEIGHT, NODE_WIDTH, TRIGGER } from "./layout";

/** So much is free around the graph, and no graph is drawn taller: then it is moved about. */
const MARGIN = 56;
const TALLEST = 1_600;
/** Pixels by which the place may grow or shrink before the graph is fitted anew. */
const REFIT = 40;

const TYPES = { step: StepNode, trigger: TriggerNode };

interface FlowGraphProps {
  outline: OutlineStep[];
  trigger: Trigger;
  /** Of a run: each node then has its state. */
  steps?: RunStep[];
  selected?: string;
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

export default function FlowGraph({ outline, trigger, steps, selected }: FlowGraphProps) {
  const navigate = useNavigate();
  const [box, space] = useWidth<HTMLDivElement>();
  const { nodes, edges, left, width, height } = useMemo(() => draw({ outline, trigger, steps, selected }), [outline, trigger, steps, selected]);
  if (outline.length === 0) return <Empty title="There is no graph to show">The text of the workflow is wrong; its YAML says where.</Empty>;
  const zoom = space > MARGIN ? Math.min(1, (space - MARGIN) / width) : 1;
  return (
    <div ref={box} className="min-h-72" style={{ height: Math.min(TALLEST, height * zoom + MARGIN) }}>
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
        edgesFocusable={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_event, node) => {
          const step = (node.data as { at?: string }).at;
          if (step) void navigate({ to: ".", search: (old: object) => ({ ...old, step }), replace: true, resetScroll: false });
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>}
    </div>
  );
}

function draw({ outline, trigger, steps, selected }: FlowGraphProps): { nodes: Node[]; edges: Edge[]; left: number; width: number; height: number } {
  const layout = layoutOf(outline);
  const done = new Map(layout.nodes.map(({ id, step }) => [id, step && steps && reachedBy(step.id, steps, selected)]));
  const nodes = layout.nodes.map(({ id, step, x, y }): Node => {
    const reached = done.get(id);
    return {
      id,
      type: id === TRIGGER ? "trigger" : "step",
      position: { x, y },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      data: { step, trigger, reached, ofRun: Boolean(steps), at: steps ? reached?.step : step?.id, chosen: selected !== undefined && (reached?.step ?? step?.id) === selected },
    };
  });
  const edges = layout.wires.map(({ id, from, to, label }): Edge => {
    const went = !steps || ((from === TRIGGER || done.get(from)) && done.get(to));
    return {
      id,
      source: from,
      target: to,
      label,
      type: "smoothstep",
      className: went ? "wire" : "wire wire-idle",
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--line-strong)" },
    };
  });
  const height = Math.max(...layout.nodes.map((node) => node.y)) + NODE_HEIGHT;
  const left = Math.min(...layout.nodes.map((node) => node.x));
  const width = Math.max(...layout.nodes.map((node) => node.x)) + NODE_WIDTH - left;
  return { nodes, edges, left, width, height };
}
