import { autocompletion, type CompletionContext, type CompletionResult, completionKeymap } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { candidates, type Knowledge } from "./candidates";
import { placeAt } from "./place";
import { templateCandidates } from "./template-candidates";
import { templateAt } from "./template-place";

/** Says what may stand at the cursor: while something is typed, and when it is asked for. */
export function completion(know: Knowledge): Extension {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const text = context.state.doc.toString();
    const template = templateAt(text, context.pos);
    if (template) {
      const options = await templateCandidates(text, template, know).catch(() => []);
      return options.length > 0 ? { from: template.from, options, validFor: /^[\w$@-]*$/ } : null;
    }
    const place = placeAt(text, context.pos);
    if (!place || (!context.explicit && place.typed === "" && place.key !== "use" && place.key !== "connection")) return null;
    // What the server does not tell is not offered, and is no reason to complain while somebody writes.
    const options = await candidates(place, know).catch(() => []);
    return options.length > 0 ? { from: place.from, options, validFor: /^[\w$.-]*$/ } : null;
  };
  return [autocompletion({ override: [source], icons: false, maxRenderedOptions: 60 }), keymap.of(completionKeymap)];
}
