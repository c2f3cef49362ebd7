import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { useState } from "react";
import { resolve as resolveRun } from "@/api/actions";
import type { Schemas } from "@/api/client";
import type { RunDetail } from "@/api/types";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";
import { say } from "@/ui/toast-list";

type Decision = Schemas["Decision"];

/** A write whose outcome is unknown: a person looks into the app and decides. */
export function Resolve({ run }: { run: RunDetail }) {
  const [telling, setTelling] = useState(false);
  const cache = useQueryClient();
  const resolve = useMutation({
    mutationFn: (decision: Decision) => resolveRun(run.id, decision),
    onSuccess: () => {
      setTelling(false);
      say("Decided: the run goes on");
      void cache.invalidateQueries({ queryKey: ["run", run.id] });
    },
  });
  const step = run.steps.find((each) => each.state === "interrupted");
  return (
    <>
      <Notice
        tone="interrupted"
        icon={<CircleAlert size={16} className="text-interrupted" aria-hidden />}
        title={`Whether ${step ? `the step ${step.step}` : "a write"} was done is unknown`}
        actions={
          <>
            <Button needs="operator" size="small" disabled={resolve.isPending} onClick={() => resolve.mutate("retry")}>It was not: send it again</Button>
            <Button needs="operator" size="small" disabled={resolve.isPending} onClick={() => setTelling(true)}>It was done</Button>
            <Button needs="operator" size="small" disabled={resolve.isPending} onClick={() => resolve.mutate("skip")}>Go on without it</Button>
          </>
        }
      >
        Highline stopped, or the answer was lost, while the request was under way. Look into the app whether its record is there, then decide.
      </Notice>
      {telling && (
        <Dialog title="What did the step give?" keep onClose={() => setTelling(false)}>
          <DoneForm busy={resolve.isPending} onDone={(done) => resolve.mutate({ done })} />
        </Dialog>
      )}
    </>
  );
}

function DoneForm({ busy, onDone }: { busy: boolean; onDone: (output: unknown) => void }) {
  const [text, setText] = useState("{}");
  const [problem, setProblem] = useState<string>();
  const decide = () => {
    try {
      onDone(JSON.parse(text));
    } catch (error) {
      setProblem(`this is not JSON: ${(error as Error).message}`);
    }
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={(event) => { event.preventDefault(); decide(); }}>
      <label className="flex flex-col gap-1">
        <span>The output that later steps read, as JSON. The id is mostly what they want: <code>{'{"id": "…"}'}</code></span>
        <textarea rows={6} value={text} onChange={(event) => setText(event.target.value)} aria-invalid={Boolean(problem)} className="field font-mono text-xs" />
      </label>
      {problem && <p role="alert" className="text-failed">{problem}</p>}
      <Button type="submit" look="primary" busy={busy} className="self-end">Go on with this</Button>
    </form>
  );
}
