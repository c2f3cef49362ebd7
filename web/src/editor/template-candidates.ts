import type { Candidate, Knowledge } from "./candidates";
import { resolve, scopeAt } from "./scope";
import type { Shape } from "./shape";
import type { TemplatePlace } from "./template-place";

const BLOCKS: [string, string][] = [
  ["if", "What follows, when this holds; with {{else}}, until {{/if}}."],
  ["unless", "What follows, when this does not hold; until {{/unless}}."],
  ["each", "What follows, once for each item of a list; until {{/each}}."],
  ["with", "What follows, with names looked up in this first; until {{/with}}."],
];
const IN_EACH: [string, string][] = [["this", "The item."], ["@index", "Its place, from 0."], ["@key", "Its name, in an object."], ["@first", "Whether it is the first."], ["@last", "Whether it is the last."]];

const PLAIN = /^[\w$-]+$/;
/** Names come before helpers, and what is needed most often before the rest. */
const NAMES_FIRST = 50;

/** What may stand at `place` of a template in `text`. */
export async function templateCandidates(text: string, place: TemplatePlace, know: Knowledge): Promise<Candidate[]> {
  if (place.block) return BLOCKS.map(([label, info]) => ({ label, info, apply: place.block === "#" ? `${label} ` : label }));
  const scope = scopeAt(text, place.from, know);
  if (place.path.length === 0) {
    const names = [...scope.names].map(([label, { says }], index) => ({ label, info: says, boost: NAMES_FIRST - index }));
    const inEach = place.each ? IN_EACH.map(([label, info]) => ({ label, info })) : [];
    return [...names, ...inEach, ...(place.callable ? await helpers(know) : [])];
  }
  if (place.path.length === 1 && place.path[0] === "steps") {
    return [...scope.steps.keys()].reverse().map((label, index) => ({ label, detail: "output", boost: -index }));
  }
  return fieldsOf(await resolve(place.path, scope));
}

async function helpers(know: Knowledge): Promise<Candidate[]> {
  const all = (await know.schema())["x-helpers"] ?? [];
  return all.map(({ name, signature, about, example }) => ({
    label: name,
    apply: `${name} `,
    detail: signature.slice(name.length + 1),
    info: `${about}\n${example}`,
    boost: -NAMES_FIRST,
  }));
}

function fieldsOf(shape: Shape | undefined): Candidate[] {
  const first: Candidate[] = shape?.items ? [{ label: "0", detail: "the first item", info: shape.items.type }] : [];
  const fields = Object.entries(shape?.fields ?? {}).map(([label, { type, says }], index) => ({
    label,
    apply: PLAIN.test(label) ? undefined : `[${label}]`,
    detail: type,
    info: says,
    boost: -index / 10,
  }));
  return [...first, ...fields];
}
