import { useMutation, useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useState } from "react";
import { connections as connectionsQuery, type Operation, tryOut } from "@/api/rooms";
import { ExchangeView } from "@/runs/exchange";
import { FailureNotice } from "@/runs/step-detail";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm";
import { CopyButton } from "@/ui/copy";
import { JsonTree } from "@/ui/json-tree";
import { ErrorNotice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { stepYaml, triggerYaml } from "./as-yaml";
import { FieldsForm } from "./form";
import { exampleInput, readForm, type Typed, typedFrom } from "./form-model";

/** A form to try an operation for real, and to take what was filled in into a workflow. */
export function TryIt({ operation }: { operation: Operation }) {
  const known = useQuery(connectionsQuery).data?.filter((each) => each.app === operation.app) ?? [];
  const [chosen, setChosen] = useState<string>();
  const connection = chosen ?? known[0]?.name;
  const [typed, setTyped] = useState<Typed>({});
  const [shown, setShown] = useState(false);
  const { input, problems } = readForm(operation.input, typed);
  const right = Object.keys(problems).length === 0;
  const sending = useMutation({ meta: { shown: true }, mutationFn: () => tryOut(operation.id, connection, input) });
  const filled = Object.keys(input).length > 0 ? input : exampleInput(operation.input, operation.sample.input);
  const yaml = (operation.kind === "action" ? stepYaml : triggerYaml)({ operation: operation.id, connection, input: filled });
  const send = () => {
    setShown(true);
    if (right) sending.mutate();
  };
  const writes = operation.effect !== "read";
  return (
    <>
      <Panel
        title="Try it"
        actions={
          Boolean(operation.sample.input) && (
            <Button size="small" look="quiet" onClick={() => setTyped(typedFrom(operation.input, operation.sample.input))}>Fill in the sample</Button>
          )
        }
      >
        <form className="flex flex-col gap-4" noValidate onSubmit={(event) => { event.preventDefault(); if (!writes) send(); }}>
          {known.length > 0 && (
            <label className="flex flex-col gap-1">
              <span className="font-medium">Connection</span>
              <select value={connection} onChange={(event) => setChosen(event.target.value)} className="field w-fit">
                {known.map((each) => <option key={each.name}>{each.name}</option>)}
              </select>
            </label>
          )}
          <FieldsForm operation={operation.id} connection={connection} fields={operation.input} typed={typed} problems={shown ? problems : {}} onType={(path, text) => setTyped({ ...typed, [path]: text })} />
          {shown && !right && <p role="alert" className="text-failed">{Object.values(problems).join("; ")}</p>}
          {writes && right ? (
            <ConfirmButton needs="admin" look="primary" className="self-start" icon={<Send size={14} aria-hidden />} busy={sending.isPending} ask="Send it for real?" explain={`${operation.title} writes in ${connection ?? operation.app}, as a workflow would.`} yes="Send it" onYes={send}>
              Send
            </ConfirmButton>
          ) : (
            <Button needs={writes ? "admin" : "operator"} type={writes ? "button" : "submit"} look="primary" className="self-start" icon={<Send size={14} aria-hidden />} busy={sending.isPending} onClick={writes ? send : undefined}>
              Send
            </Button>
          )}
        </form>
        {sending.error && <div className="mt-4"><ErrorNotice error={sending.error} /></div>}
        {sending.data && (
          <div className="mt-4 flex flex-col gap-3 border-t border-line pt-4" role="status">
            <p className="text-dim">took {sending.data.call.took_ms} ms</p>
            {sending.data.call.failure && <FailureNotice failure={sending.data.call.failure} />}
            {sending.data.call.output !== undefined && <JsonTree value={sending.data.call.output} label="output" />}
            {sending.data.call.exchanges.map((heard, index) => <ExchangeView key={index} heard={heard} />)}
          </div>
        )}
      </Panel>
      <Panel title="As YAML" actions={<CopyButton label="Copy as YAML" text={() => yaml} />}>
        <pre className="overflow-x-auto text-xs leading-5" tabIndex={0} aria-label="YAML">{yaml}</pre>
      </Panel>
    </>
  );
}
