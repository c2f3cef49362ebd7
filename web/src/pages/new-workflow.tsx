import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Save } from "lucide-react";
import { lazy, Suspense, useCallback, useState } from "react";
import { useBarred } from "@/api/may";
import { create } from "@/api/texts";
import type { OutlineStep } from "@/api/types";
import { BEGINNINGS } from "@/editor/beginnings";
import { Problems } from "@/editor/problems";
import { useCheck } from "@/editor/use-check";
import { useLeaveGuard } from "@/editor/use-leave-guard";
import { Button } from "@/ui/button";
import { ErrorNotice, Waiting } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { say } from "@/ui/toast-list";

const YamlEditor = lazy(() => import("@/editor/yaml-editor"));
const FlowGraph = lazy(() => import("@/flow/flow-graph"));

export function NewWorkflowPage() {
  const [begun, setBegun] = useState(BEGINNINGS[0]);
  const [text, setText] = useState(begun?.text ?? "");
  const [id, setId] = useState("");
  const [place, setPlace] = useState<{ line: number; column: number } | null>(null);
  const { found, checking, failed } = useCheck(text);
  const cache = useQueryClient();
  const navigate = useNavigate();
  const changed = text !== begun?.text;
  const leave = useLeaveGuard(changed);
  const save = useMutation({
    meta: { shown: true },
    mutationFn: () => create(text, id.trim() || undefined),
    onSuccess: ({ workflow, written_to }) => {
      leave();
      say(`${workflow.name} is saved${written_to ? ` in ${written_to}` : ""}`);
      void cache.invalidateQueries({ queryKey: ["workflows"] });
      void navigate({ to: "/workflows/$id", params: { id: workflow.id } });
    },
  });
  const beginWith = (wanted: string) => {
    const next = BEGINNINGS.find((each) => each.id === wanted);
    if (!next || (changed && !window.confirm("What you wrote is replaced. Begin anew?"))) return;
    setBegun(next);
    setText(next.text);
  };
  const goToStep = useCallback((step: OutlineStep | null) => setPlace({ line: step?.line ?? 1, column: 1 }), []);
  const barred = useBarred("admin");
  const diagnostics = found?.diagnostics ?? [];
  const wrong = !found?.workflow;
  const trySave = () => {
    if (!barred && !wrong && !checking && !save.isPending) save.mutate();
  };
  return (
    <Page
      title="New workflow"
      actions={
        <>
          <label className="flex items-center gap-2 text-dim">
            Begin with
            <select value={begun?.id} onChange={(event) => beginWith(event.target.value)} className="field max-w-56">
              {BEGINNINGS.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
            </select>
          </label>
          <label className="flex items-center gap-2 text-dim">
            Id
            <input value={id} onChange={(event) => setId(event.target.value)} placeholder={found?.workflow?.id ?? "made of the name"} className="field w-56 font-mono text-xs" />
          </label>
          <Button needs="admin" look="primary" icon={<Save size={14} aria-hidden />} disabled={wrong || checking} busy={save.isPending} onClick={trySave}>Save</Button>
        </>
      }
    >
      {failed && <ErrorNotice error={failed} />}
      {save.error && <ErrorNotice error={save.error} />}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(20rem,2fr)]">
        <Panel flush className="overflow-hidden">
          <Suspense fallback={<Waiting rows={10} />}>
            <YamlEditor text={text} onChange={setText} onSave={trySave} diagnostics={diagnostics} goTo={place} />
          </Suspense>
          <Problems diagnostics={diagnostics} checking={checking} onGo={({ line, column }) => setPlace({ line, column })} />
        </Panel>
        <Panel flush title="What it does" className="overflow-hidden">
          {found?.workflow ? (
            <Suspense fallback={<Waiting rows={6} />}>
              <FlowGraph outline={found.workflow.outline} trigger={found.workflow.trigger} onPick={goToStep} />
            </Suspense>
          ) : (
            <p className="p-3.5 text-dim">The graph appears when the text is right.</p>
          )}
        </Panel>
      </div>
    </Page>
  );
}
