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

/** What browsers say of a part of the dashboard that does not come. */
const NOT_FETCHED = /module script|dynamically imported|loading chunk|preload/i;

/** A page that cannot be drawn: a part of it does not come, or a mistake of the dashboard's own. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const missing = error instanceof Error && NOT_FETCHED.test(error.message);
  return (
    <Page title={missing ? "This page did not come" : "This page cannot be drawn"}>
      <ErrorNotice error={missing ? "A part of this page could not be fetched: Highline does not answer, or was updated a moment ago" : error} retry={missing ? undefined : reset} />
      <Button className="self-start" icon={<RefreshCw size={14} aria-hidden />} onClick={() => window.location.reload()}>Load the page anew</Button>
    </Page>
  );
}
