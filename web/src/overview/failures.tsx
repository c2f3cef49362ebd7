import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import type { FailureGroup } from "@/api/stats";
import { Empty } from "@/ui/notice";
import { Ago } from "@/ui/time";
import { count, words } from "@/ui/words";

const SHOWN = 8;

/** Failures with their reasons, those that are the same as one. */
export function Failures({ groups }: { groups: FailureGroup[] }) {
  if (groups.length === 0) {
    return <Empty icon={<CircleCheck size={26} className="text-succeeded" aria-hidden />} title="Nothing failed" />;
  }
  return (
    <ul>
      {groups.slice(0, SHOWN).map((group) => (
        <li key={`${group.workflow} ${group.error_kind} ${group.message}`} className="relative flex gap-3 border-b border-line px-3.5 py-2 last:border-0 hover:bg-hover">
          <span className="w-10 shrink-0 text-right font-semibold text-failed tabular-nums">{count(group.count)}</span>
          <span className="min-w-0 grow">
            <Link
              to="/runs"
              search={{ workflow: group.workflow, state: "failed", error_kind: group.error_kind }}
              className="row-link line-clamp-2 break-words"
              title={group.message}
            >
              {group.message}
            </Link>
            <span className="flex flex-wrap gap-x-2 text-xs text-faint">
              <span>{group.workflow}</span>
              <span>{words(group.error_kind)}</span>
              <span>last <Ago at={group.last_at} /></span>
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
