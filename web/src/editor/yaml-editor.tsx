import { useEffect, useRef } from "react";
import type { Diagnostic } from "@/api/types";
import { mount, type Editor } from "./codemirror";
import { useKnowledge } from "./use-knowledge";

export interface YamlEditorProps {
  text: string;
  /** The workflow whose text it is. */
  workflow?: string;
  onChange: (text: string) => void;
  onSave?: () => void;
  diagnostics: Diagnostic[];
  /** A place to go to; a new object goes there again. */
  goTo?: { line: number; column: number } | null;
  readOnly?: boolean;
}

/** The editor of a workflow's text, with what is wrong marked where it is wrong. */
export default function YamlEditor({ text, workflow, onChange, onSave, diagnostics, goTo, readOnly = false }: YamlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(null);
  const know = useKnowledge(workflow);
  const latest = useRef({ onChange, onSave, text });
  /** Texts that were written here and have not come back as `text` yet: while somebody types, an older one comes back. */
  const own = useRef<string[]>([]);
  useEffect(() => {
    latest.current = { onChange, onSave, text };
  });

  useEffect(() => {
    if (!place.current) return;
    const made = mount(place.current, {
      text: latest.current.text,
      readOnly,
      know,
      onChange: (changed) => {
        own.current.push(changed);
        latest.current.onChange(changed);
      },
      onSave: () => latest.current.onSave?.(),
    });
    editor.current = made;
    return () => made.destroy();
  }, [readOnly, know]);

  useEffect(() => {
    const at = own.current.indexOf(text);
    if (at < 0) editor.current?.setText(text);
    own.current = at < 0 ? [] : own.current.slice(at + 1);
  }, [text]);
  useEffect(() => editor.current?.setDiagnostics(diagnostics), [diagnostics]);
  useEffect(() => {
    if (goTo) editor.current?.goTo(goTo.line, goTo.column);
  }, [goTo]);

  return <div ref={place} className="min-h-72 w-full" data-testid="yaml-editor" />;
}
