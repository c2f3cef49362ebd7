import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Save } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api/client";
import { useBarred } from "@/api/may";
import { workflow as workflowQuery } from "@/api/queries";
import { replace, type Saved } from "@/api/texts";
import type { Diagnostic, Workflow } from "@/api/types";
import { Problems } from "@/editor/problems";
import { useCheck } from "@/editor/use-check";
import { useDraft } from "@/editor/use-draft";
import YamlEditor from "@/editor/yaml-editor";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { say } from "@/ui/toast-list";
import { OtherFile } from "./other-file";

const route = getRouteApi("/shell/workflows/$id");

interface Sent {
  text: string;
  overwrite: boolean;
}

function saidOf({ workflow: { revision }, changed, written_to: file }: Saved): string {
  if (changed) return `Saved as revision ${revision}${file ? `, and in ${file}` : ""}`;
  return file ? `${file} says again what revision ${revision} says` : "Nothing was different";
}

/** The text of a workflow: checked as it is written, saved as a new revision. */
export default function TextTab({ workflow }: { workflow: Workflow }) {
  const cache = useQueryClient();
  const { text, setText, base, changed, ofFile, takeFile, wasSaved, reset } = useDraft(workflow);
  const { line } = route.useSearch();
  const [place, setPlace] = useState<{ line: number; column: number } | null>(line ? { line: Number(line) || 1, column: 1 } : null);
  const { found, checking, failed } = useCheck(text, workflow.id);
  const diagnostics: Diagnostic[] = found?.diagnostics ?? [];
  const wrong = diagnostics.some((each) => each.severity === "error");
  const save = useMutation({
    meta: { shown: true },
    mutationFn: ({ text: source, overwrite }: Sent) => replace(workflow.id, { source, base_revision: base, overwrite }),
    onSuccess: (saved: Saved, sent) => {
      wasSaved(sent.text, saved.workflow.revision);
      // Until the workflow is read again, the page must not show the revision before.
      cache.setQueryData(workflowQuery(workflow.id).queryKey, (old) => old && { ...old, ...saved.workflow, source: sent.text, file_text: null });
      say(saidOf(saved));
      void cache.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
  const barred = useBarred("admin");
  // What the file says is replaced only by who has it before them, or was asked.
  const edited = ofFile !== undefined && ofFile === workflow.file_text;
  const inTheWay = typeof workflow.file_text === "string" && !edited;
  const right = !wrong && !checking;
  const trySave = () => {
    if (!barred && changed && right && !inTheWay && !save.isPending) save.mutate({ text, overwrite: edited });
  };
  const moved = base < workflow.revision;
  return (
    <>
      {moved && changed && (
        <Notice
          tone="waiting"
          title={`Revision ${workflow.revision} came in while you were writing on revision ${base}`}
          actions={<Button size="small" onClick={reset}>Drop my changes, take the newest</Button>}
        >
          Compare the two under Revisions before you save.
        </Notice>
      )}
      <OtherFile workflow={workflow} edited={edited} right={right} busy={save.isPending} onEdit={takeFile} onReplace={() => save.mutate({ text, overwrite: true })} />
      {failed && <ErrorNotice error={failed} />}
      {save.error && !(save.error instanceof ApiError && save.error.status === 422) && <ErrorNotice error={save.error} />}
      <Panel
        flush
        className="overflow-hidden"
        title={<span className="text-dim">{workflow.file ?? workflow.origin ?? `${workflow.id}.yaml`}{changed && <span className="text-waiting"> · not saved</span>}</span>}
        actions={
          <>
            <CopyButton label="Copy the text" text={() => text} />
            {changed && <Button size="small" look="quiet" onClick={reset}>Undo all</Button>}
            <Button needs="admin" size="small" look="primary" icon={<Save size={13} aria-hidden />} disabled={!changed || !right || inTheWay} busy={save.isPending} onClick={trySave}>
              Save
            </Button>
          </>
        }
      >
        <div className="max-h-[62dvh] overflow-y-auto">
          <YamlEditor text={text} workflow={workflow.id} onChange={setText} onSave={trySave} diagnostics={diagnostics} goTo={place} />
        </div>
        <Problems diagnostics={diagnostics} checking={checking} onGo={({ line, column }) => setPlace({ line, column })} />
      </Panel>
      <p className="text-xs text-faint">
        {workflow.file_writable ? "Saving also writes the file, so that git stays the truth." : "Saving makes a new revision; runs under way go on with theirs."} Escape, then Tab leaves the editor.
      </p>
    </>
  );
}
