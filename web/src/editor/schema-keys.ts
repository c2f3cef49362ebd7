/** As much of a JSON Schema as the one of workflows uses. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  description?: string;
  /** At the root: what templates can call. */
  "x-helpers"?: Helper[];
}

export interface Helper {
  name: string;
  /** `formatDate date format [zone="UTC"]` */
  signature: string;
  about: string;
  example: string;
}

/** A schema without references and alternatives: what it may be. */
function variants(root: Schema, schema: Schema): Schema[] {
  const named = schema.$ref?.replace("#/$defs/", "");
  const target = named ? root.$defs?.[named] : undefined;
  const inner = [...(target ? [target] : []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const own = schema.properties || schema.items || schema.enum || schema.const !== undefined || schema.type ? [schema] : [];
  return [...own, ...inner.flatMap((each) => variants(root, each))];
}

/** What stands at a path of keys; `[]` is an item of a list. */
function at(root: Schema, path: string[]): Schema[] {
  return path.reduce<Schema[]>(
    (here, key) =>
      here
        .flatMap((schema) => variants(root, schema))
        .flatMap((schema) => (key === "[]" ? schema.items : schema.properties?.[key]) ?? []),
    [root],
  );
}

export interface Word {
  word: string;
  says?: string;
}

/** The keys that an object at a path may have. */
export function keysAt(root: Schema, path: string[]): Word[] {
  const objects = at(root, path).flatMap((schema) => variants(root, schema));
  const all = objects.flatMap(({ properties = {} }) => Object.entries(properties));
  return [...new Map(all.map(([word, { description }]) => [word, { word, says: description }])).values()];
}

/** The words that a value at a path may be. */
export function wordsAt(root: Schema, path: string[]): Word[] {
  return at(root, path)
    .flatMap((schema) => variants(root, schema))
    .flatMap(({ enum: words, const: only, type, description }) => {
      if (words) return words.filter((word) => typeof word === "string").map((word) => ({ word }));
      if (typeof only === "string") return [{ word: only, says: description }];
      return type === "boolean" ? [{ word: "true" }, { word: "false" }] : [];
    });
}

/** Whether what stands there is an object or a list, which begins on a line of its own. */
export function opensAt(root: Schema, path: string[]): boolean {
  const all = at(root, path).flatMap((schema) => variants(root, schema));
  return all.length > 0 && all.every(({ type, properties, items }) => type === "object" || type === "array" || Boolean(properties ?? items));
}
