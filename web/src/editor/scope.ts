import type { Knowledge } from "./candidates";
import { inside, type Later, outputOf, record, recordOf, type Shape, shapeOfValue } from "./shape";
import { around, at, plainOf, textAt, treeOf, type Tree } from "./yaml-tree";

/** What the templates at a place of a workflow's text can use. */
export interface Scope {
  names: Map<string, { says: string; of: Later }>;
  steps: Map<string, Later>;
}

const later = (shape: Shape): Later => () => Promise.resolve(shape);
const RUN = record({ id: "string", workflow: "string", created_at: "datetime" });
const REQUEST: Shape = { type: "object", fields: { ...record({ method: "string", query: "object", headers: "object", received_at: "datetime" }).fields } };
const ERROR = record({ kind: "string", message: "string", status: "integer", trace_id: "string", details: "any" });
const LOOP: Shape = { type: "object", fields: { ...record({ count: "integer", succeeded: "integer", failed: "integer" }).fields, results: { type: "array" } } };

/** Keys of a workflow whose templates see no steps. */
const BEFORE_STEPS = new Set(["where", "concurrency", "dedupe"]);

export function scopeAt(text: string, position: number, know: Knowledge): Scope {
  const root = treeOf(text);
  const key = root?.kind === "object" ? around(root.entries, position)?.key : undefined;
  const scope: Scope = { names: new Map(), steps: new Map() };
  const name = (id: string, says: string, of: Later) => scope.names.set(id, { says, of });
  if (key !== "trigger") name("trigger", "The event: what was found, or given by hand.", () => eventOf(at(root, "trigger"), know));
  for (const [id, says] of [["vars", "Constants of this workflow."], ["maps", "Tables of this workflow, for lookup."]] as const) {
    const there = at(root, id);
    if (there) name(id, says, later(shapeOfValue(plainOf(there))));
  }
  name("now", "This moment, in UTC.", later({ type: "datetime" }));
  if (key === "trigger" || BEFORE_STEPS.has(key ?? "")) return scope;
  name("run", "The run itself.", later(RUN));
  walk(at(root, "steps"), position, scope, know);
  if (scope.steps.size > 0) name("steps", "Outputs of the steps before, by their ids.", later({ type: "object" }));
  return scope;
}

async function eventOf(trigger: Tree | null, know: Knowledge): Promise<Shape> {
  const operation = textAt(trigger, "use");
  if (operation) return recordOf(await know.operation(operation));
  if (at(trigger, "schedule")) return record({ scheduled_at: "datetime" });
  const isWebhook = at(trigger, "webhook") ?? (trigger?.kind === "text" && trigger.text === "webhook");
  if (isWebhook) return { ...REQUEST, fields: { ...REQUEST.fields, body: shapeOfValue(plainOf(at(at(trigger, "webhook"), "sample"))) } };
  return shapeOfValue(await know.lastEvent?.());
}

/** Adds the steps that are done before the place, and what the loops around it give. */
function walk(steps: Tree | null, position: number, scope: Scope, know: Knowledge): void {
  if (steps?.kind !== "list") return;
  const own = around(steps.items, position);
  for (const item of steps.items) {
    if (item === own) break;
    add(item.value, scope, know);
  }
  const step = own?.value;
  if (step?.kind !== "object") return;
  const part = around(step.entries, position);
  if (part?.key === "then" || part?.key === "else") return walk(part.value, position, scope, know);
  if (part?.key === "on_error") {
    addOutput(step, scope, know);
    return walk(at(part.value, "steps"), position, scope, know);
  }
  if (part?.key !== "steps") return;
  enter(step, scope);
  walk(part.value, position, scope, know);
}

function add(step: Tree | null, scope: Scope, know: Knowledge): void {
  addOutput(step, scope, know);
  // The steps inside a loop are seen from the same turn only.
  const handled = at(at(step, "on_error"), "steps");
  for (const inner of [at(step, "then"), at(step, "else"), handled]) {
    if (inner?.kind === "list") for (const item of inner.items) add(item.value, scope, know);
  }
}

function addOutput(step: Tree | null, scope: Scope, know: Knowledge): void {
  const id = textAt(step, "id");
  if (!id || at(step, "wait") || at(step, "then")) return;
  const handled = at(step, "on_error") !== null;
  scope.steps.set(id, async () => {
    const output = await stepOutput(step, know);
    return handled ? { ...output, fields: { ...output.fields, error: ERROR } } : output;
  });
}

async function stepOutput(step: Tree | null, know: Knowledge): Promise<Shape> {
  const operation = textAt(step, "use");
  if (operation) return outputOf(await know.operation(operation));
  if (at(step, "for_each")) return LOOP;
  return shapeOfValue(plainOf(at(step, "set")));
}

/** The item of a loop, whose list is mostly a lone path. */
function enter(step: Tree, scope: Scope): void {
  const list = /^\{\{~?\s*([\w.]+)\s*~?\}\}$/.exec(textAt(step, "for_each"))?.[1]?.split(".");
  const outer = { names: new Map(scope.names), steps: new Map(scope.steps) };
  const batched = at(step, "batch") !== null;
  const item: Later = async () => {
    const whole = list && (await resolve(list, outer));
    return (batched ? whole : whole?.items) ?? {};
  };
  scope.names.set(textAt(step, "as") || "item", { says: batched ? "The items of this turn of the loop." : "The item of this turn of the loop.", of: item });
  scope.names.set("index", { says: "The place of the turn, from 0.", of: later({ type: "integer" }) });
}

/** What stands at a path of names. */
export async function resolve(path: string[], scope: Scope): Promise<Shape | undefined> {
  const [name = "", ...rest] = path;
  if (name !== "steps") return inside(await scope.names.get(name)?.of(), rest);
  const [id = "", ...further] = rest;
  return inside(await scope.steps.get(id)?.(), further);
}
