import type { DiffLine } from "@/api/texts";
import { cx } from "@/ui/classes";
import { many } from "@/ui/words";
import { folded } from "./fold";

const LOOKS = {
  same: { sign: " ", row: "", word: "unchanged" },
  added: { sign: "+", row: "bg-succeeded/12", word: "added" },
  removed: { sign: "−", row: "bg-failed/12", word: "removed" },
} as const;

/** Two texts line by line; what is the same for long is left out. */
export function DiffView({ lines }: { lines: DiffLine[] }) {
  if (lines.every((line) => line.kind === "same")) return <p className="p-3.5 text-dim">Both texts are the same.</p>;
  return (
    <div className="overflow-x-auto font-mono text-xs leading-5" tabIndex={0} role="group" aria-label="Differences">
      {folded(lines).map((each) =>
        "left" in each ? (
          <p key={`fold ${each.at}`} className="bg-sunken px-3.5 py-0.5 text-faint">{many(each.left, "line")} the same</p>
        ) : (
          <div key={`${each.old}-${each.new}-${each.kind}`} className={cx("grid grid-cols-[2.5rem_2.5rem_1.25rem_1fr]", LOOKS[each.kind].row)}>
            <span className="pr-2 text-right text-faint">{each.old}</span>
            <span className="pr-2 text-right text-faint">{each.new}</span>
            <span aria-label={LOOKS[each.kind].word}>{LOOKS[each.kind].sign}</span>
            <span className="pr-3 break-words whitespace-pre-wrap">{each.text}</span>
          </div>
        ),
      )}
    </div>
  );
}
