import { useState } from "react";
import { Button } from "@/ui/button";
import { cx } from "@/ui/classes";
import { Panel } from "@/ui/panel";
import { useMatters } from "./matters";

const SHOWN = 6;

/** What does not go on, or will soon not go on, without a person. */
export function Attention() {
  const matters = useMatters();
  const [all, setAll] = useState(false);
  if (matters.length === 0) return null;
  const rest = matters.length - SHOWN;
  return (
    <Panel flush title={`Needs a person (${matters.length})`}>
      <ul className={cx(all && "max-h-96 overflow-y-auto")}>
        {matters.slice(0, all ? undefined : SHOWN).map(({ key, icon: Icon, tone, text }) => (
          <li key={key} className="relative flex items-start gap-2.5 border-b border-line px-3.5 py-2 last:border-0 hover:bg-hover">
            <Icon size={15} aria-hidden className={cx("mt-0.5 shrink-0", tone)} />
            <span className="min-w-0 break-words">{text}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <Button look="quiet" size="small" className="m-1.5" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show ${rest} more`}
        </Button>
      )}
    </Panel>
  );
}
