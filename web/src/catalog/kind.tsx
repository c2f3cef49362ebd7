import { cx } from "@/ui/classes";

interface KindProps {
  kind: string;
  effect: string;
}

const isTrigger = (kind: string) => kind !== "action";

export const kindWord = ({ kind, effect }: KindProps) => (isTrigger(kind) ? "trigger" : effect === "read" ? "read" : "write");

const LOOKS = {
  trigger: "border-accent/40 bg-accent-soft text-accent",
  read: "border-line bg-sunken text-dim",
  write: "border-waiting/40 bg-waiting-soft text-waiting",
} as const;

export function KindBadge(props: KindProps) {
  const word = kindWord(props);
  return <span className={cx("inline-block rounded border px-1.5 text-2xs leading-[1.125rem] font-medium", LOOKS[word])}>{word}</span>;
}
