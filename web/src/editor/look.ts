import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The dashboard's own colours: the variables reach into the shadow tree, so both themes are one. */
export const THEME = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent", fontSize: "12.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: '"Geist Mono Variable", ui-monospace, Menlo, monospace', lineHeight: "1.6" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none", paddingLeft: "4px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--hover) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "8px", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: '"Geist Mono Variable", ui-monospace, Menlo, monospace', fontSize: "12px", maxHeight: "16em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", display: "flex", gap: "12px", justifyContent: "space-between" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--ink)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600", color: "var(--accent)" },
  ".cm-completionDetail": { color: "var(--faint)", fontStyle: "normal", marginLeft: "0" },
  ".cm-completionInfo": { padding: "8px 10px", maxWidth: "22rem", fontFamily: '"Geist Variable", system-ui, sans-serif', whiteSpace: "pre-wrap" },
  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-wrap", fontFamily: '"Geist Variable", system-ui, sans-serif', maxWidth: "36rem" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--failed)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--waiting)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--failed)", textDecorationSkipInk: "none", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--waiting)", textUnderlineOffset: "3px" },
  ".cm-gutter-lint": { width: "1em" },
  ".cm-lint-marker-error": { content: '""', width: "7px", height: "7px", margin: "6px 0 0 4px", borderRadius: "50%", backgroundColor: "var(--failed)" },
  ".cm-lint-marker-warning": { content: '""', width: "7px", height: "7px", margin: "6px 0 0 4px", borderRadius: "50%", backgroundColor: "var(--waiting)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panels input, .cm-panels button": { color: "var(--ink)", backgroundColor: "var(--surface)", backgroundImage: "none", border: "1px solid var(--line-strong)", borderRadius: "4px" },
  ".cm-searchMatch": { backgroundColor: "var(--waiting-soft)" },
});

export const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)", fontWeight: "500" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--succeeded)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--running)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--dim)" },
  { tag: tags.content, color: "var(--ink)" },
]);
