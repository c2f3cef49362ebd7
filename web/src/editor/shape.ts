import type { Field, Operation } from "@/api/rooms";

/** What is known of a value that a template can use. */
export interface Shape {
  type?: string;
  says?: string;
  /** Of an object. */
  fields?: Record<string, Shape>;
  /** Of a list: one of its items. */
  items?: Shape;
}

/** A value that is worked out when somebody looks into it. */
export type Later = () => Promise<Shape>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The shape of a value that is there, such as a sample. */
export function shapeOfValue(value: unknown): Shape {
  if (Array.isArray(value)) return { type: "array", items: value.length > 0 ? shapeOfValue(value[0]) : undefined };
  if (!isObject(value)) return { type: value === null || value === undefined ? undefined : typeof value };
  return { type: "object", fields: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOfValue(each)])) };
}

/** The fields that are described, and those that only a sample has. */
function shapeOfFields(fields: Field[], sample: unknown): Shape {
  const known = isObject(sample) ? sample : {};
  const described = fields.map((field): [string, Shape] => [field.name, shapeOfField(field, known[field.name])]);
  return { type: "object", fields: { ...shapeOfValue(known).fields, ...Object.fromEntries(described) } };
}

function shapeOfField(field: Field, sample: unknown): Shape {
  const own = { type: field.type, says: field.description ? `${field.label}. ${field.description}` : field.label };
  const inner = field.fields ?? [];
  if (field.type === "array") {
    const first = Array.isArray(sample) ? (sample as unknown[])[0] : undefined;
    return { ...own, items: inner.length > 0 || isObject(first) ? shapeOfFields(inner, first) : { type: field.items ?? undefined } };
  }
  return inner.length > 0 || isObject(sample) ? { ...shapeOfFields(inner, sample), ...own } : own;
}

/** One record of what an operation gives. */
export function recordOf({ output, sample }: Pick<Operation, "output" | "sample">): Shape {
  const given = sample?.output;
  return shapeOfFields(output, Array.isArray(given) ? (given as unknown[])[0] : given);
}

/** What an operation gives: a record, or a list of them. */
export function outputOf(operation: Pick<Operation, "output" | "sample" | "shape">): Shape {
  const record = recordOf(operation);
  return operation.shape === "list" ? { type: "array", items: record } : record;
}

/** What stands at a path inside a value; nothing where that is not known. */
export function inside(shape: Shape | undefined, path: string[]): Shape | undefined {
  return path.reduce<Shape | undefined>((here, name) => here?.fields?.[name] ?? (/^\d+$/.test(name) ? here?.items : undefined), shape);
}

/** An object of plain fields, by their types. */
export const record = (fields: Record<string, string>): Shape => ({ type: "object", fields: Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { type }])) });
