import { RefreshCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "@/api/client";
import { Button } from "./button";
import { cx } from "./classes";

const TONES = {
  failed: "border-failed/30 bg-failed-soft",
  waiting: "border-waiting/30 bg-waiting-soft",
  interrupted: "border-interrupted/30 bg-interrupted-soft",
  plain: "border-line bg-sunken",
} as const;

interface NoticeProps {
  tone?: keyof typeof TONES;
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}

/** Something that the reader should know before the rest of the page. */
export function Notice({ tone = "plain", icon, title, children, actions }: NoticeProps) {
  return (
    <div className={cx("flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border px-3.5 py-3", TONES[tone])}>
      {icon && <span className="mt-0.5 shrink-0">{icon}</span>}
      <div className="min-w-0 grow basis-64">
        <p className="font-medium break-words">{title}</p>
        {children && <div className="mt-0.5 text-dim break-words">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-1.5">{actions}</div>}
    </div>
  );
}

/** What went wrong with a request, in the server's words, and a way to ask again. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof ApiError && error.status ? `HTTP ${error.status}, ${error.code}` : undefined;
  return (
    <div role="alert">
      <Notice
        tone="failed"
        icon={<TriangleAlert size={16} className="text-failed" aria-hidden />}
        title={message}
        actions={
          retry && (
            <Button size="small" icon={<RefreshCw size={13} aria-hidden />} onClick={retry}>
              Ask again
            </Button>
          )
        }
      >
        {status}
      </Notice>
    </div>
  );
}

/** A place with nothing in it, and what to do about that. */
export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-1.5 px-4 py-12 text-center">
      {icon && <span className="mb-1.5 text-faint">{icon}</span>}
      <p className="font-medium">{title}</p>
      {children && <div className="text-dim">{children}</div>}
    </div>
  );
}

/** Keeps the place of what is being fetched. */
export function Waiting({ rows = 3 }: { rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-2.5 p-3.5">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="h-4 animate-pulse rounded bg-hover odd:w-4/5 even:w-3/5" />
      ))}
    </div>
  );
}
