import type { Connection, Field, Operation, OperationHead } from "@/api/rooms";
import type { Place } from "./place";
import { keysAt, opensAt, type Schema, wordsAt } from "./schema-keys";

/** What completion asks the server for; each is asked once and remembered. */
export interface Knowledge {
  schema: () => Promise<Schema>;
  operations: () => Promise<OperationHead[]>;
  operation: (id: string) => Promise<Operation>;
  connections: () => Promise<Connection[]>;
  /** The event of the newest run: what `trigger` was then. */
  lastEvent?: () => Promise<unknown>;
}

export interface Candidate {
  label: string;
  /** What is written in its place; the label when left out. */
  apply?: string;
  detail?: string;
  info?: string;
  /** Larger comes first. */
  boost?: number;
}

const appOf = (operation = "") => operation.split(".")[0] ?? "";
const plain = (text = "") => text.replace(/^["']|["']$/g, "");

/** The input of an operation that `place` is in, and the fields on the way to it. */
function inputOf({ path, beside, key }: Place): { operation: string; fields: string[] } | null {
  const start = path.lastIndexOf("with");
  if (start < 0) return null;
  // The keys beside each object around stand from the inside to the outside; lists have none of their own.
  const inside = path.slice(start + 1).filter((each) => each !== "[]");
  const operation = plain(beside[inside.length + 1]?.use);
  if (!operation) return null;
  return { operation, fields: key === undefined ? inside : [...inside, key] };
}

function fieldsAt(fields: Field[], way: string[]): Field[] {
  return way.reduce<Field[]>((here, name) => here.find((field) => field.name === name)?.fields ?? [], fields);
}

/** What may stand at `place`. */
export async function candidates(place: Place, know: Knowledge): Promise<Candidate[]> {
  const { path, key } = place;
  const beside = place.beside[0] ?? {};
  const input = inputOf(place);
  if (input) return inInput(place, input, know);
  if (key === "use") return uses(path.at(-1) === "trigger", await know.operations());
  if (key === "connection") return connectionsFor(appOf(plain(beside.use)), await know.connections());
  const schema = await know.schema();
  if (key !== undefined) return wordsAt(schema, [...path, key]).map(({ word, says }) => ({ label: word, info: says }));
  return keysAt(schema, path)
    .filter(({ word }) => word === place.typed || !(word in beside))
    .map(({ word, says }, index) => ({ label: word, apply: opensAt(schema, [...path, word]) ? `${word}:` : `${word}: `, info: says, boost: -index }));
}

function uses(trigger: boolean, operations: OperationHead[]): Candidate[] {
  const fits = operations.filter((each) => !trigger || each.kind === "trigger");
  return fits.map(({ id, name, summary, kind, effect }) => ({ label: id, detail: kind === "trigger" ? "trigger" : effect, info: `${name}. ${summary}` }));
}

function connectionsFor(app: string, all: Connection[]): Candidate[] {
  return all.filter((each) => !app || each.app === app).map((each) => ({ label: each.name, detail: each.app_name }));
}

async function inInput(place: Place, { operation, fields: way }: { operation: string; fields: string[] }, know: Knowledge): Promise<Candidate[]> {
  const { input } = await know.operation(operation);
  if (place.key !== undefined) {
    const field = fieldsAt(input, way.slice(0, -1)).find((each) => each.name === way.at(-1));
    const words = field?.type === "boolean" ? ["true", "false"] : (field?.values ?? []).map(String);
    return words.map((label) => ({ label }));
  }
  const beside = place.beside[0] ?? {};
  return fieldsAt(input, way)
    .filter(({ name }) => name === place.typed || !(name in beside))
    .map((field, index) => ({
      label: field.name,
      apply: field.fields?.length ? `${field.name}:` : `${field.name}: `,
      detail: field.required && !field.from_connection ? `${field.type}, needed` : field.type,
      info: field.description ? `${field.label}. ${field.description}` : field.label,
      boost: (field.required && !field.from_connection ? 50 : 0) - index / 10,
    }));
}
