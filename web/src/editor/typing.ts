import { EditorView } from "@codemirror/view";

/**
 * Typing over a selection without the browser's hand in it: the browser would keep the style of what it replaces by a
 * `style` attribute, which the page's policy refuses.
 */
export const TYPING = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data } = event;
    const { main } = view.state.selection;
    if (event.inputType !== "insertText" || data === null || event.isComposing || view.state.readOnly || main.empty) return false;
    const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    // Such as brackets that are put around what is selected.
    const taken = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, data, insert));
    if (!taken) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});
