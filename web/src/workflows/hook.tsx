import { TriangleAlert, Webhook } from "lucide-react";
import type { Schemas } from "@/api/client";
import { CopyButton } from "@/ui/copy";

/** The address at which a workflow takes requests in. */
export function HookAddress({ hook }: { hook: Schemas["HookView"] }) {
  const address = hook.path && `${location.origin}${hook.path}`;
  return (
    <div className="panel flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2">
      <span className="flex shrink-0 items-center gap-1.5 text-dim">
        <Webhook size={14} aria-hidden className="text-faint" />
        {hook.methods.join(", ")}
      </span>
      {address ? (
        <span className="flex min-w-0 items-center gap-1">
          <code className="min-w-0 break-all">{address}</code>
          <CopyButton text={() => address} label="Copy the address" />
        </span>
      ) : (
        <span className="text-dim">Who knows the address can start runs: only operators see it.</span>
      )}
      {hook.secret_header && <span className="text-dim">with the secret in <code>{hook.secret_header}</code></span>}
      {hook.problem && (
        <span className="flex items-center gap-1.5 text-failed">
          <TriangleAlert size={14} aria-hidden /> takes nothing in: {hook.problem}
        </span>
      )}
    </div>
  );
}
