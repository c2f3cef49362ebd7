/** A JSON value as the lines of a foldable tree. */
export interface Line {
  /** The way from the root: `customer.tags[0]`. */
  path: string;
  depth: number;
  name: string | number | null;
  value: unknown;
  /** How many entries an object or a list has. */
  size: number | null;
}

const isTree = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Other names stand in brackets in a template, so that no two paths are the same. */
const PLAIN = /^[\p{L}\p{N}_$-]+$/u;

function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const name = PLAIN.test(key) ? key : `[${key}]`;
  return path ? `${path}.${name}` : name;
}

/** What a template says for the value at a path under `root`: `{{ trigger.tags.0 }}`. */
export const templateOf = (root: string, path: string) => `{{ ${root}.${path.replace(/\[(\d+)\]/g, ".$1").replace(/^\./, "")} }}`;

export function linesOf(value: unknown, isOpen: (path: string, depth: number) => boolean): Line[] {
  const lines: Line[] = [];
  const walk = (each: unknown, path: string, depth: number, name: string | number | null) => {
    const entries: [string | number, unknown][] = Array.isArray(each)
      ? each.map((item, index) => [index, item])
      : isTree(each)
        ? Object.entries(each)
        : [];
    lines.push({ path, depth, name, value: each, size: isTree(each) ? entries.length : null });
    if (entries.length === 0 || !isOpen(path, depth)) return;
    for (const [key, child] of entries) walk(child, join(path, key), depth + 1, key);
  };
  walk(value, "", 0, null);
  return lines;
}

/** The paths of all that holds `text` in its name or value, and of what they lie in. */
export function matches(value: unknown, text: string): { hits: Set<string>; open: Set<string> } {
  const wanted = text.toLowerCase();
  const hits = new Set<string>();
  const open = new Set<string>();
  const walk = (each: unknown, path: string, name: string, above: string[]) => {
    const own = isTree(each) ? name : `${name} ${String(each)}`;
    if (own.toLowerCase().includes(wanted)) {
      hits.add(path);
      for (const parent of above) open.add(parent);
    }
    if (Array.isArray(each)) each.forEach((item, index) => walk(item, join(path, index), "", [...above, path]));
    else if (isTree(each)) for (const [key, child] of Object.entries(each)) walk(child, join(path, key), key, [...above, path]);
  };
  walk(value, "", "", []);
  return { hits, open };
}
