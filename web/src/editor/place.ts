/** Where in a YAML text the cursor is, as far as completion wants to know: by indentation, without reading the text as YAML. */
export interface Place {
  /** The keys around, from the outside; `[]` for an item of a list. */
  path: string[];
  /** The key whose value is being written; undefined where a key is. */
  key?: string;
  /** What stands before the cursor of the word that is being written. */
  typed: string;
  /** Where that word begins. */
  from: number;
  /** Texts of the keys beside, and beside each key around: `use` of the step whose `with` this is. */
  beside: Record<string, string>[];
}

interface Line {
  /** Where its key stands. */
  indent: number;
  /** Where its dash stands, if it begins an item. */
  dash?: number;
  key?: string;
  value: string;
}

const LINE = /^(\s*)((?:-\s+)*)(?:([\w$.-]+):(?:\s+(.*))?)?/;

function read(text: string): Line | undefined {
  if (/^\s*(#|$)/.test(text)) return undefined;
  const [, space = "", dashes = "", key, value = ""] = LINE.exec(text) ?? [];
  const dash = dashes || /^\s*-\s*$/.test(text) ? space.length : undefined;
  return { indent: space.length + dashes.length, dash, key, value: value.trim() };
}

/** The keys of the object that the line `at` is in, or would be in at `indent`. */
function besides(lines: string[], at: number, indent: number): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (from: number, step: 1 | -1) => {
    for (let index = from; index >= 0 && index < lines.length; index += step) {
      const line = read(lines[index] ?? "");
      if (!line) continue;
      if (line.indent < indent || (step === 1 && line.dash !== undefined && line.dash < indent)) return;
      if (line.indent === indent && line.key) found[line.key] = line.value;
      if (step === -1 && line.dash !== undefined && line.dash < indent && line.indent === indent) return;
    }
  };
  look(at - 1, -1);
  const own = read(lines[at] ?? "");
  if (own?.key) found[own.key] = own.value;
  if (own?.dash === undefined || own.indent >= indent) look(at + 1, 1);
  if (own?.dash === undefined) look(at - 1, -1);
  return found;
}

export function placeAt(text: string, position: number): Place | null {
  const lines = text.split("\n");
  const before = text.slice(0, position).split("\n");
  const at = before.length - 1;
  const written = before[at] ?? "";
  if (/^\s*#/.test(written)) return null;
  const value = /^(\s*(?:-\s+)*)([\w$.-]+):\s+(["']?)([^\s"'{}[\],]*)$/.exec(written);
  const key = /^(\s*(?:-\s+)*)([\w$.-]*)$/.exec(written);
  if (!value && !key) return null;
  const typed = (value ? value[4] : key?.[2]) ?? "";
  const head = (value ?? key)?.[1] ?? "";
  let indent = head.length;
  const beside = [{ ...besides(lines, at, indent) }];
  const path: string[] = [];
  let dash = head.includes("-") ? head.indexOf("-") : undefined;
  for (let index = at - 1; index >= 0; index -= 1) {
    if (dash !== undefined) {
      path.unshift("[]");
      indent = dash;
      dash = undefined;
    }
    const line = read(lines[index] ?? "");
    if (!line) continue;
    const isParent = line.indent < indent || (path[0] === "[]" && line.indent === indent && line.dash === undefined && line.value === "");
    if (isParent && line.key) {
      path.unshift(line.key);
      beside.push(besides(lines, index, line.indent));
      indent = line.indent;
      dash = line.dash;
    } else if (line.indent === indent && line.dash !== undefined) {
      dash = line.dash;
    }
  }
  if (dash !== undefined) path.unshift("[]");
  return { path, key: value?.[2], typed, from: position - typed.length, beside };
}
