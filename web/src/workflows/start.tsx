import { useMutation, useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { dryRun, start } from "@/api/actions";
import { lastEvent } from "@/api/queries";
import type { Workflow } from "@/api/types";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ErrorNotice } from "@/ui/notice";
import { say } from "@/ui/toast-list";
import { Rehearsal } from "./rehearsal";

interface StartDialogProps {
  workflow: Workflow;
  /** Rehearses it at once, with a sample as event where it has one. */
  rehearse?: boolean;
  onClose: () => void;
  onStarted: (run: string) => void;
}

const NOTHING = "{}";

/** `crypto.randomUUID` is missing where the page came over plain HTTP from another machine. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

/** Starts a run with an event written by hand, or rehearses it: reads are made and writes only shown. */
export function StartDialog({ workflow, rehearse: atOnce = false, onClose, onStarted }: StartDialogProps) {
  const [text, setText] = useState(NOTHING);
  // Of this event: sent twice it starts one run, and another event is another request.
  const [key, setKey] = useState(newKey);
  const write = (changed: string) => {
    setText(changed);
    setKey(newKey());
  };
  const event = parsed(text);
  const starting = useMutation({
    meta: { shown: true },
    mutationFn: () =>
      start(workflow.id, event.value, key),
    onSuccess: ({ run, duplicate }) => {
      say(duplicate ? "It was started with this event before" : "The run was started");
      if (run) onStarted(run.id);
      else onClose();
    },
  });
  const rehearse = useMutation({
    meta: { shown: true },
    // Without an event of its own the server takes a sample.
    mutationFn: () => dryRun(workflow.id, text === NOTHING ? undefined : event.value),
  });
  const tried = useRef(false);
  const { mutate: tryIt } = rehearse;
  useEffect(() => {
    if (!atOnce || tried.current) return;
    tried.current = true;
    tryIt();
  }, [atOnce, tryIt]);
  const last = useQuery(lastEvent(workflow.id)).data;
  return (
    <Dialog title={`Start or try ${workflow.name}`} onClose={onClose} wide keep={text !== NOTHING}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(submit) => {
          submit.preventDefault();
          starting.mutate();
        }}
      >
        <label className="flex flex-col gap-1.5">
          <span>The event, as JSON: what <code>{"{{ trigger… }}"}</code> stands for in the workflow</span>
          <textarea rows={10} spellCheck={false} value={text} onChange={(change) => write(change.target.value)} aria-invalid={Boolean(event.problem)} className="field font-mono text-xs leading-5" />
        </label>
        {event.problem && <p role="alert" className="text-failed">{event.problem}</p>}
        {last !== undefined && last !== null && <Button look="quiet" size="small" className="self-start" onClick={() => write(JSON.stringify(last, null, 2))}>Take the event of the last run</Button>}
        {starting.error && <ErrorNotice error={starting.error} />}
        {rehearse.error && <ErrorNotice error={rehearse.error} />}
        {rehearse.data && <Rehearsal of={rehearse.data.rehearsal} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button needs="operator" disabled={Boolean(event.problem)} busy={rehearse.isPending} onClick={() => rehearse.mutate()} title="Reads are made; writes are shown and not sent">
            Dry run
          </Button>
          <Button needs="operator" type="submit" look="primary" icon={<Play size={14} aria-hidden />} disabled={Boolean(event.problem)} busy={starting.isPending}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function parsed(text: string): { value?: unknown; problem?: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `this is not JSON: ${(error as Error).message}` };
  }
}
