import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { MapPinOff, RefreshCw } from "lucide-react";
import { ErrorNotice, Empty } from "@/ui/notice";
import { Button, buttonClasses } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";

export function Lost() {
  return (
    <Page title="There is no page at this address">
      <Panel>
        <Empty icon={<MapPinOff size={28} aria-hidden />} title="Nothing is shown here">
          <p className="mb-4">The address may be mistyped, or cut in a message.</p>
          <Link to="/" className={buttonClasses("plain")}>To the overview</Link>
        </Empty>
      </Panel>
    </Page>
  );
}

/** A page that cannot be drawn: a mistake of the dashboard's own, or its files have been replaced by a newer version. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page cannot be drawn">
      <ErrorNotice error={error} retry={reset} />
      <p className="text-dim">If Highline was updated a moment ago, this page is of the version before.</p>
      <Button className="self-start" icon={<RefreshCw size={14} aria-hidden />} onClick={() => window.location.reload()}>Load the page anew</Button>
    </Page>
  );
}
