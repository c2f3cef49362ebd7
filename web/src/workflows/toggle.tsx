import { useMutation, useQueryClient } from "@tanstack/react-query";
import { switchWorkflow } from "@/api/actions";
import { workflow as workflowQuery, workflows as workflowsQuery } from "@/api/queries";
import type { WorkflowItem as Workflow } from "@/api/types";
import { Switch } from "@/ui/switch";
import { say } from "@/ui/toast-list";

/** Switches a workflow on or off at once, and offers to take it back. */
export function useToggle() {
  const cache = useQueryClient();
  const show = (id: string, enabled: boolean) => {
    cache.setQueryData(workflowsQuery.queryKey, (old) =>
      old && { ...old, workflows: old.workflows.map((each) => (each.id === id ? { ...each, enabled } : each)) },
    );
    cache.setQueryData(workflowQuery(id).queryKey, (old) => old && { ...old, enabled });
  };
  const toggle = useMutation({
    mutationFn: ({ id, on }: { id: string; name: string; on: boolean; quiet?: boolean }) => switchWorkflow(id, on),
    onMutate: ({ id, on }) => show(id, on),
    onSuccess: (_reply, { id, name, on, quiet }) => {
      if (!quiet) say(`${name} is switched ${on ? "on" : "off"}`, () => toggle.mutate({ id, name, on: !on, quiet: true }));
    },
    onError: (_error, { id, on }) => show(id, !on),
    // A live event has the list read anew, which may be long.
    onSettled: (_reply, _error, { id }) => void cache.invalidateQueries({ queryKey: ["workflows", id] }),
  });
  return toggle;
}

export function Toggle({ workflow }: { workflow: Workflow }) {
  const toggle = useToggle();
  return (
    <Switch
      needs="operator"
      on={workflow.enabled}
      label={`${workflow.name}: ${workflow.enabled ? "on" : "off"}`}
      onChange={(on) => toggle.mutate({ id: workflow.id, name: workflow.name, on })}
    />
  );
}
