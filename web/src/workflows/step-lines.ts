import type { OutlineStep } from "@/api/types";

/** A part of a workflow's text: its first line, from 1, and what it says, without the indentation that all of it has. */
export interface Lines {
  first: number;
  text: string;
}

const flat = (steps: OutlineStep[]): OutlineStep[] => steps.flatMap((step) => [step, ...(step.branches ?? []).flatMap((branch) => flat(branch.steps))]);

export const stepOf = (outline: OutlineStep[], id: string) => flat(outline).find((step) => step.id === id);

/** What a step says; the steps inside it are left to themselves. */
export function linesOfStep(source: string, outline: OutlineStep[], step: OutlineStep): Lines | null {
  const next = flat(outline).map(({ line }) => line).filter((line) => line > step.line);
  return cut(source, step.line, Math.min(...next));
}

export function linesOfTrigger(source: string): Lines | null {
  const first = source.split("\n").findIndex((line) => line.startsWith("trigger:"));
  return first < 0 ? null : cut(source, first + 1, Number.POSITIVE_INFINITY);
}

/** From a line to the one before `end`, at most as far as what belongs to it is indented. */
function cut(source: string, first: number, end: number): Lines | null {
  const all = source.split("\n").slice(first - 1, end - 1);
  const indent = /^\s*/.exec(all[0] ?? "")?.[0].length ?? 0;
  if (!all[0]?.trim()) return null;
  const after = all.findIndex((line, index) => index > 0 && line.trim() !== "" && (/^\s*/.exec(line)?.[0].length ?? 0) <= indent);
  const own = after < 0 ? all : all.slice(0, after);
  return { first, text: own.map((line) => line.slice(indent)).join("\n").trimEnd() };
}
