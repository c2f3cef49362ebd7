import type { OutlineStep } from "@/api/types";

export interface Placed {
  id: string;
  step: OutlineStep | null;
  x: number;
  y: number;
}

export interface Wire {
  id: string;
  from: string;
  to: string;
  label?: string;
}

/** What is done again for each item of a loop. */
export interface Frame {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  nodes: Placed[];
  wires: Wire[];
  frames: Frame[];
}

export const NODE_WIDTH = 224;
export const NODE_HEIGHT = 58;
const GAP_X = 36;
const GAP_Y = 44;
const HALF = (NODE_WIDTH + GAP_X) / 2;
/** Between a frame and a frame in it, and above and below what a frame holds. */
const INSET = 12;
export const TRIGGER = "trigger";

type Branch = NonNullable<OutlineStep["branches"]>[number];

interface Open {
  from: string;
  label?: string;
}

/** How far steps reach to both sides of the line on which they stand. */
interface Extent {
  left: number;
  right: number;
}

/** Where the branches of a step go: under it, to both sides, or aside, past which the step goes on. */
function lanesOf(step: OutlineStep): { turns?: Branch; both: Branch[]; aside: Branch[] } {
  const branches = (step.branches ?? []).filter((branch) => branch.steps.length > 0);
  const turns = branches.find((branch) => branch.name === "do");
  const sides = branches.filter(({ name }) => name === "then" || name === "else");
  const both = sides.length === 2 ? sides : [];
  return { turns, both, aside: branches.filter((branch) => branch !== turns && !both.includes(branch)) };
}

const widthOf = ({ left, right }: Extent) => left + right;
const sum = (all: number[]) => all.reduce((total, each) => total + each, 0);

/** How far a step and what stands under it reach; what stands aside comes to the right of that. */
function under(step: OutlineStep): Extent {
  const { turns, both } = lanesOf(step);
  if (turns) {
    const { left, right } = extentOf(turns.steps);
    return { left: left + INSET, right: right + INSET };
  }
  const half = sum(both.map((branch) => widthOf(extentOf(branch.steps)))) / 2;
  return { left: Math.max(HALF, half), right: Math.max(HALF, half) };
}

function extentOf(steps: OutlineStep[]): Extent {
  const all = steps.map((step) => {
    const { left, right } = under(step);
    return { left, right: right + sum(lanesOf(step).aside.map((branch) => widthOf(extentOf(branch.steps)))) };
  });
  return { left: Math.max(HALF, ...all.map(({ left }) => left)), right: Math.max(HALF, ...all.map(({ right }) => right)) };
}

/** Places a workflow from the top down on a line: branches stand beside each other, and their ends meet in the step after them. */
export function layoutOf(outline: OutlineStep[]): Layout {
  const layout: Layout = { nodes: [{ id: TRIGGER, step: null, x: -NODE_WIDTH / 2, y: 0 }], wires: [], frames: [] };
  place(layout, outline, { line: 0, top: NODE_HEIGHT + GAP_Y, open: [{ from: TRIGGER }] });
  return layout;
}

interface Where {
  /** The middle of the steps. */
  line: number;
  top: number;
  /** What the first step comes after. */
  open: Open[];
}

interface End {
  bottom: number;
  open: Open[];
}

function place(layout: Layout, steps: OutlineStep[], { line, top, open }: Where): End {
  let end: End = { bottom: top, open };
  for (const step of steps) {
    layout.nodes.push({ id: step.path, step, x: line - NODE_WIDTH / 2, y: end.bottom });
    for (const { from, label } of end.open) layout.wires.push({ id: `${from}-${label ?? ""}-${step.path}`, from, to: step.path, label });
    end = placeBranches(layout, step, line, end.bottom + NODE_HEIGHT + GAP_Y);
  }
  return end;
}

function placeBranches(layout: Layout, step: OutlineStep, line: number, top: number): End {
  const { turns, both, aside } = lanesOf(step);
  const ends: End[] = [];
  const put = ({ name, steps }: Branch, at: number, from = top) => ends.push(place(layout, steps, { line: at, top: from, open: [{ from: step.path, label: name }] }));
  if (turns) {
    put(turns, line, top + INSET);
    const { left, right } = extentOf(turns.steps);
    const bottom = (ends[0]?.bottom ?? top) - GAP_Y + INSET;
    layout.frames.push({ id: `turns of ${step.path}`, x: line - left, y: top, width: left + right, height: bottom - top });
    ends[0] = { bottom: bottom + GAP_Y, open: ends[0]?.open ?? [] };
  }
  const reach = under(step);
  let x = line - reach.left;
  for (const branch of both) {
    const { left, right } = extentOf(branch.steps);
    put(branch, x + left);
    x += left + right;
  }
  x = line + reach.right;
  for (const branch of aside) {
    const { left, right } = extentOf(branch.steps);
    put(branch, x + left);
    x += left + right;
  }
  const open = ends.flatMap((end) => end.open);
  if (!turns && both.length === 0) open.push({ from: step.path, label: aside.some(({ name }) => name === "then") ? "else" : undefined });
  return { bottom: Math.max(top, ...ends.map(({ bottom }) => bottom)), open };
}
