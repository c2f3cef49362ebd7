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

export interface Layout {
  nodes: Placed[];
  wires: Wire[];
}

export const NODE_WIDTH = 224;
export const NODE_HEIGHT = 58;
const GAP_X = 36;
const GAP_Y = 44;
export const TRIGGER = "trigger";

interface Open {
  from: string;
  label?: string;
}

/** How wide a list of steps is, in columns. */
function columns(steps: OutlineStep[]): number {
  return Math.max(1, ...steps.map((step) => Math.max(1, (step.branches ?? []).reduce((sum, branch) => sum + columns(branch.steps), 0))));
}

/** Places a workflow from the top down: branches side by side, and their ends meet in the step after them. */
export function layoutOf(outline: OutlineStep[]): Layout {
  const nodes: Placed[] = [];
  const wires: Wire[] = [];
  const unit = NODE_WIDTH + GAP_X;
  const join = (open: Open[], to: string) => {
    for (const { from, label } of open) wires.push({ id: `${from}-${label ?? ""}-${to}`, from, to, label });
  };

  const place = (steps: OutlineStep[], left: number, top: number, open: Open[]): { bottom: number; open: Open[] } => {
    const width = columns(steps) * unit;
    let y = top;
    let ends = open;
    for (const step of steps) {
      nodes.push({ id: step.path, step, x: left + (width - NODE_WIDTH) / 2, y });
      join(ends, step.path);
      y += NODE_HEIGHT + GAP_Y;
      const branches = (step.branches ?? []).filter((branch) => branch.steps.length > 0);
      if (branches.length === 0) {
        ends = [{ from: step.path }];
        continue;
      }
      const inner = branches.reduce((sum, branch) => sum + columns(branch.steps), 0) * unit;
      let x = left + (width - inner) / 2;
      let bottom = y;
      ends = [];
      for (const branch of branches) {
        const placed = place(branch.steps, x, y, [{ from: step.path, label: branch.name }]);
        bottom = Math.max(bottom, placed.bottom);
        ends.push(...placed.open);
        x += columns(branch.steps) * unit;
      }
      // Past its branches a step goes on where none of them is taken: an `if` without `else`, an action that went well.
      const names = new Set(branches.map((branch) => branch.name));
      if (names.has("then") && !names.has("else")) ends.push({ from: step.path, label: "else" });
      if (names.size === 1 && names.has("on_error")) ends.push({ from: step.path });
      y = bottom;
    }
    return { bottom: y, open: ends };
  };

  const width = columns(outline) * unit;
  nodes.push({ id: TRIGGER, step: null, x: (width - NODE_WIDTH) / 2, y: 0 });
  place(outline, 0, NODE_HEIGHT + GAP_Y, [{ from: TRIGGER }]);
  return { nodes, wires };
}
