import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** What a key becomes: what is written, how much before and after the cursor it replaces, and where the cursor then stands in it. */
interface Written {
  insert: string;
  back: number;
  replaces: number;
  cursor: number;
}

/** The second brace opens a template with its end; its end, and the blank behind its beginning, may be typed all the same. */
export function bracesFor(before: string, after: string, typed: string): Written | null {
  if (typed === "{" && /(^|[^{])\{$/.test(before)) return { insert: "{  }}", back: 0, replaces: /^\}*/.exec(after)?.[0].length === 1 ? 1 : 0, cursor: 2 };
  if (before.lastIndexOf("{{") <= before.lastIndexOf("}}")) return null;
  const blank = after.startsWith(" }}") ? 1 : 0;
  const opened = before.endsWith("{{ ") && blank === 1;
  if (opened && typed === " ") return { insert: "", back: 0, replaces: 0, cursor: 0 };
  // A block has no blank in front.
  if (opened && (typed === "#" || typed === "/")) return { insert: typed, back: 1, replaces: 1, cursor: 1 };
  if (typed !== "}" || !after.startsWith("}", blank)) return null;
  const insert = blank && !before.endsWith(" ") ? " }" : "}";
  return { insert, back: 0, replaces: blank + 1, cursor: insert.length };
}

export const BRACES: Extension = EditorView.inputHandler.of((view, from, to, typed) => {
  if (from !== to || view.state.readOnly) return false;
  const line = view.state.doc.lineAt(from);
  const written = bracesFor(line.text.slice(0, from - line.from), line.text.slice(from - line.from), typed);
  if (!written) return false;
  view.dispatch({
    changes: { from: from - written.back, to: from + written.replaces, insert: written.insert },
    selection: { anchor: from - written.back + written.cursor },
    userEvent: "input.type",
    scrollIntoView: true,
  });
  return true;
});
