import type { DiffLine } from "@/api/texts";

/** In place of lines that are the same on both sides: how many. */
export interface Fold {
  at: number;
  left: number;
}

const AROUND = 3;

/** Leaves out lines that are the same and further than three lines from a change. */
export function folded(lines: DiffLine[]): (DiffLine | Fold)[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind === "same") return;
    for (let at = index - AROUND; at <= index + AROUND; at += 1) near.add(at);
  });
  const shown: (DiffLine | Fold)[] = [];
  lines.forEach((line, index) => {
    const last = shown.at(-1);
    if (near.has(index)) shown.push(line);
    else if (last && "left" in last) last.left += 1;
    else shown.push({ at: index, left: 1 });
  });
  return shown;
}
