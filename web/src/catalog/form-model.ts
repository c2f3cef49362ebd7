import type { Field } from "@/api/rooms";

/** What a person typed, by the path of the field: everything is text until it is sent. */
export type Typed = Record<string, string>;

const NUMBERS = new Set(["integer", "number"]);
const TREES = new Set(["object", "array", "any"]);

/** How a field is asked for. */
export function control(field: Field): "choice" | "switch" | "number" | "json" | "group" | "list" | "text" {
  if (field.type === "object" && field.fields?.length) return "group";
  if (field.type === "array" && !field.fields?.length && !TREES.has(field.items ?? "string")) return "list";
  if (TREES.has(field.type)) return "json";
  if (field.values?.length || field.choices) return "choice";
  if (field.type === "boolean") return "switch";
  return NUMBERS.has(field.type) ? "number" : "text";
}

export interface Read {
  input: Record<string, unknown>;
  /** By the path of the field, what is wrong with what was typed. */
  problems: Record<string, string>;
}

/** The input that the fields and what was typed make; what is empty is left out. */
export function readForm(fields: Field[], typed: Typed, under = ""): Read {
  const input: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const path = under + field.name;
    if (control(field) === "group") {
      const inner = readForm(field.fields ?? [], typed, `${path}.`);
      const empty = Object.keys(inner.input).length === 0;
      if (!empty) input[field.name] = inner.input;
      // What an object needs is needed only when there is an object.
      if (!empty || field.required) Object.assign(problems, inner.problems);
      continue;
    }
    const text = typed[path] ?? "";
    if (text.trim() === "") {
      if (field.required && !field.from_connection && field.default === undefined) problems[path] = `${field.label} is needed`;
      continue;
    }
    try {
      input[field.name] = valueOf(field, text);
    } catch (error) {
      problems[path] = (error as Error).message;
    }
  }
  return { input, problems };
}

function valueOf(field: Field, text: string): unknown {
  switch (control(field)) {
    case "number": {
      const number = Number(text);
      if (!Number.isFinite(number)) throw new Error(`"${text}" is no number`);
      if (field.type === "integer" && !Number.isInteger(number)) throw new Error(`"${text}" is no whole number`);
      return number;
    }
    case "switch":
      return text === "true";
    case "list":
      return text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => (NUMBERS.has(field.items ?? "") ? Number(line) : line));
    case "choice":
      return field.values?.find((value) => String(value) === text) ?? (NUMBERS.has(field.type) ? Number(text) : text);
    case "json":
      try {
        return JSON.parse(text);
      } catch (error) {
        throw new Error(`this is not JSON: ${(error as Error).message}`);
      }
    default:
      return text;
  }
}

/** A sample as it would have been typed. */
export function typedFrom(fields: Field[], value: unknown, under = ""): Typed {
  const known = (value ?? {}) as Record<string, unknown>;
  const typed: Typed = {};
  for (const field of fields) {
    const each = known[field.name];
    if (each === undefined || each === null) continue;
    const path = under + field.name;
    const kind = control(field);
    if (kind === "group") Object.assign(typed, typedFrom(field.fields ?? [], each, `${path}.`));
    else if (kind === "list" && Array.isArray(each)) typed[path] = each.join("\n");
    else typed[path] = typeof each === "string" && kind !== "json" ? each : JSON.stringify(each, null, kind === "json" ? 2 : 0);
  }
  return typed;
}

const PLACEHOLDERS: Record<string, unknown> = { integer: 0, number: 0, boolean: false, array: [], object: {} };

/** What a step must say at least, with the values of the sample; all of the sample where nothing is needed. */
export function exampleInput(fields: Field[], sample: unknown): Record<string, unknown> {
  const known = (sample ?? {}) as Record<string, unknown>;
  const needed = fields.filter((field) => field.required && !field.from_connection && field.default === undefined);
  const chosen = needed.length > 0 ? needed : fields.filter((field) => field.name in known && !field.from_connection);
  return Object.fromEntries(chosen.map((field) => [field.name, known[field.name] ?? field.example ?? PLACEHOLDERS[field.type] ?? `<${field.label}>`]));
}
