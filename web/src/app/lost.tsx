import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { MapPinOff } from "lucide-react";
import { ErrorNotice, Empty } from "@/ui/notice";
import { buttonClasses } from "@/ui/button";

export function Lost() {
  return (
    <Empty icon={<MapPinOff size={28} aria-hidden />} title="There is no page at this address">
      <Link to="/" className={`${buttonClasses("plain")} mt-3`}>
        To the overview
      </Link>
    </Empty>
  );
}

/** A page that cannot be drawn: a mistake of the dashboard's own, or its files have been replaced by a newer version. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <div className="mx-auto max-w-2xl p-6">
      <ErrorNotice error={error} retry={reset} />
      <p className="mt-3 text-dim">If Highline was updated a moment ago, load the page anew.</p>
    </div>
  );
}
