import { CircleCheck, CircleX, LoaderCircle, TriangleAlert } from "lucide-react";
import type { Diagnostic } from "@/api/types";
import { many } from "@/ui/words";

interface ProblemsProps {
  diagnostics: Diagnostic[];
  checking: boolean;
  onGo: (place: { line: number; column: number }) => void;
}

/** All that is wrong with a text, each with the way to its place. */
export function Problems({ diagnostics, checking, onGo }: ProblemsProps) {
  const errors = diagnostics.filter((each) => each.severity === "error").length;
  return (
    <section aria-label="Problems" className="border-t border-line">
      <p role="status" className="flex h-9 items-center gap-2 px-3.5 text-xs">
        {checking ? (
          <><LoaderCircle size={14} className="animate-spin text-faint" aria-hidden /> checking</>
        ) : errors > 0 ? (
          <><CircleX size={14} className="text-failed" aria-hidden /> {many(errors, "error")}; it can be saved when they are mended</>
        ) : (
          <><CircleCheck size={14} className="text-succeeded" aria-hidden /> {diagnostics.length ? many(diagnostics.length, "warning") : "nothing is wrong"}</>
        )}
      </p>
      {diagnostics.length > 0 && (
        <ul className="max-h-56 overflow-y-auto border-t border-line" tabIndex={0}>
          {diagnostics.map((each) => (
            <li key={`${each.line}:${each.column} ${each.code} ${each.message}`} className="border-b border-line last:border-0">
              <button type="button" onClick={() => onGo(each)} className="flex w-full items-start gap-2 px-3.5 py-1.5 text-left hover:bg-hover">
                {each.severity === "error" ? (
                  <CircleX size={14} className="mt-[3px] shrink-0 text-failed" aria-label="error" />
                ) : (
                  <TriangleAlert size={14} className="mt-[3px] shrink-0 text-waiting" aria-label="warning" />
                )}
                <span className="min-w-0 grow break-words">
                  {each.message}
                  {each.help && <span className="block text-dim">{each.help}</span>}
                </span>
                <span className="shrink-0 font-mono text-xs text-faint">{each.line}:{each.column}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
