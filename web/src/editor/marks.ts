import type { Diagnostic } from "@/api/types";

export interface Mark {
  from: number;
  to: number;
  severity: "error" | "warning";
  message: string;
  source: string;
}

/** Diagnostics with lines and columns from 1, as places in the text. A place behind its end is put at its end. */
export function marksOf(diagnostics: Diagnostic[], line: (number: number) => { from: number; to: number }, length: number): Mark[] {
  const at = (number: number, column: number) => {
    const { from, to } = line(number);
    return Math.min(to, from + Math.max(0, column - 1));
  };
  return diagnostics
    .map(({ line: first, column, end_line, end_column, severity, message, help, code }) => {
      const from = at(first, column);
      const to = Math.max(at(end_line, end_column), Math.min(from + 1, length));
      return { from, to, severity: severity === "error" ? ("error" as const) : ("warning" as const), message: help ? `${message}\n${help}` : message, source: code };
    })
    .sort((a, b) => a.from - b.from);
}
