/** Where in a template the cursor is. */
export interface TemplatePlace {
  /** The names before the one that is being written: `steps` and `contact` of `steps.contact.em`. */
  path: string[];
  /** What stands before the cursor of the name that is being written. */
  typed: string;
  /** Where that name begins. */
  from: number;
  /** Whether a helper may stand there: at the beginning, and behind `(`. */
  callable: boolean;
  /** What a block is opened or closed with. */
  block?: "#" | "/";
  /** Whether the template is inside `{{#each}}` of the same line. */
  each: boolean;
}

const PATH = /((?:(?:[\w$@-]+|\[[^\]]*\])\.)*)([\w$@-]*)$/;

/** Whether a text of the template, in quotes, is not closed yet. */
function inQuotes(expression: string): boolean {
  let open = "";
  for (const letter of expression) {
    if (open === "" && (letter === '"' || letter === "'")) open = letter;
    else if (letter === open) open = "";
  }
  return open !== "";
}

/** The place inside `{{ }}` that the cursor is in, or null where it is in none. */
export function templateAt(text: string, position: number): TemplatePlace | null {
  const line = text.slice(text.lastIndexOf("\n", position - 1) + 1, position);
  if (/^\s*#/.test(line)) return null;
  const begin = line.lastIndexOf("{{");
  if (begin < 0 || line.indexOf("}}", begin) >= 0) return null;
  const expression = line.slice(begin + 2);
  if (inQuotes(expression)) return null;
  const [whole = "", path = "", typed = ""] = PATH.exec(expression) ?? [];
  const before = expression.slice(0, expression.length - whole.length);
  const block = /^\s*[#/]$/.test(before) ? (before.trim() as "#" | "/") : undefined;
  return {
    path: (path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []).map((name) => name.replace(/^\[|\]$/g, "")),
    typed,
    from: position - typed.length,
    callable: path === "" && (before.trim() === "" || before.endsWith("(")),
    block,
    each: line.lastIndexOf("{{#each", begin - 1) > line.lastIndexOf("{{/each", begin - 1),
  };
}
