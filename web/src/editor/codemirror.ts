import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic as Mark, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Text } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import type { Diagnostic } from "@/api/types";
import { BRACES } from "./braces";
import type { Knowledge } from "./candidates";
import { completion } from "./completion";
import { COLOURS, THEME } from "./look";
import { marksOf } from "./marks";
import { TYPING } from "./typing";

export interface Options {
  text: string;
  readOnly: boolean;
  /** What completion knows. */
  know: Knowledge;
  onChange: (text: string) => void;
  onSave: () => void;
}

export interface Editor {
  setText: (text: string) => void;
  setDiagnostics: (diagnostics: Diagnostic[]) => void;
  goTo: (line: number, column: number) => void;
  destroy: () => void;
}

/**
 * Puts an editor into `place`. It lives in a shadow tree, where its styles are a sheet made by script: the page's policy
 * allows no style elements. Escape and then Tab leaves it; Tab alone indents.
 */
export function mount(place: HTMLElement, options: Options): Editor {
  const shadow = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  const save = () => {
    options.onSave();
    return true;
  };
  const view = new EditorView({
    parent: shadow,
    root: shadow,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        lintGutter(),
        history(),
        drawSelection(),
        indentUnit.of("  "),
        indentOnInput(),
        bracketMatching(),
        BRACES,
        closeBrackets(),
        completion(options.know),
        TYPING,
        highlightActiveLine(),
        highlightSelectionMatches(),
        yaml(),
        syntaxHighlighting(COLOURS),
        THEME,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "Text of the workflow, YAML" }),
        EditorState.readOnly.of(options.readOnly),
        EditorView.editable.of(!options.readOnly),
        keymap.of([
          { key: "Mod-s", run: save, preventDefault: true },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText: (text) => {
      if (view.state.doc.toString() === text) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setDiagnostics: (diagnostics) => {
      const line = (number: number) => lineOf(view.state.doc, number);
      view.dispatch(setDiagnostics(view.state, marksOf(diagnostics, line, view.state.doc.length) as Mark[]));
    },
    goTo: (number, column) => {
      const line = lineOf(view.state.doc, number);
      const anchor = Math.min(line.to, line.from + Math.max(0, column - 1));
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

const lineOf = (doc: Text, number: number) => doc.line(Math.min(Math.max(1, number), doc.lines));
