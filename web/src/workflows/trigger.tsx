import { CalendarClock, Hand, Radar, Webhook } from "lucide-react";
import type { Trigger } from "@/api/types";

const KINDS = {
  poll: { icon: Radar, text: "polls" },
  schedule: { icon: CalendarClock, text: "schedule" },
  manual: { icon: Hand, text: "by hand" },
  webhook: { icon: Webhook, text: "webhook" },
} as const;


/** How a workflow starts. */
export function TriggerText({ trigger }: { trigger: Trigger }) {
  const { kind, text, operation } = trigger;
  const look = KINDS[kind as keyof typeof KINDS] ?? KINDS.manual;
  const words = [text ?? look.text, operation].filter(Boolean).join(", ");
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-dim" title={words}>
      <look.icon size={14} aria-hidden className="shrink-0 text-faint" />
      <span className="truncate">{words}</span>
    </span>
  );
}
