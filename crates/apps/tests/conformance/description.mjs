// One OpenAPI document out of the vendor's files, one file for each part of the API.
//
// Schemas have the same names in several files, so each gets its file's name in front. Answers are left out: they are
// not what is checked. And what a file does not declare is refused: a misspelt optional field would pass otherwise.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export function readDescription(folder) {
  const all = {
    openapi: "3.0.0",
    info: { title: "HighLevel", version: "2" },
    servers: [{ url: "/" }],
    paths: {},
    components: { schemas: {}, securitySchemes: {} },
  };
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const stem = file.slice(0, -".json".length);
    const text = readFileSync(join(folder, file), "utf8");
    add(all, stem, JSON.parse(text.replaceAll('"#/components/schemas/', `"#/components/schemas/${stem}.`)));
  }
  return all;
}

function add(all, stem, { paths, components }) {
  for (const [path, methods] of Object.entries(paths ?? {})) {
    for (const operation of Object.values(methods)) {
      operation.responses = { 200: { description: "whatever" } };
    }
    all.paths[path] = { ...all.paths[path], ...methods };
  }
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
    all.components.schemas[`${stem}.${name}`] = close(schema);
  }
  Object.assign(all.components.securitySchemes, components?.securitySchemes);
}

// Takes properties that are not declared for wrong ones, at every depth. A part of `allOf` knows only its own.
function close(schema) {
  if (schema === null || typeof schema !== "object") return schema;
  for (const [key, value] of Object.entries(schema)) {
    if (key !== "allOf") close(value);
  }
  if (schema.type === "object" && Object.keys(schema.properties ?? {}).length > 0) {
    schema.additionalProperties ??= false;
  }
  return schema;
}

// The path of the description, with its placeholders, that an address belongs to.
export function templateOf(description, method, address) {
  const segments = address.split("/");
  const fits = (path) => {
    const wanted = path.split("/");
    return (
      description.paths[path][method.toLowerCase()] &&
      wanted.length === segments.length &&
      wanted.every((part, at) => (part.startsWith("{") ? segments[at] !== "" : part === segments[at]))
    );
  };
  // What stands there literally goes before a placeholder.
  return Object.keys(description.paths).filter(fits).sort((a, b) => a.split("{").length - b.split("{").length)[0];
}

// The names of query parameters that the description does not declare for the operation.
export function undeclaredParameters(description, method, path, names) {
  const declared = description.paths[path]?.[method.toLowerCase()].parameters ?? [];
  const known = new Set(declared.filter((each) => each.in === "query").map((each) => each.name));
  return [...new Set(names)].filter((name) => !known.has(name));
}
