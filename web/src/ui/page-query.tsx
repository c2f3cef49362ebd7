import { Link, type LinkProps } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "@/api/client";
import { buttonClasses } from "./button";
import { Empty, ErrorNotice, Waiting } from "./notice";
import { Page } from "./page";
import { Panel } from "./panel";

interface PageLoadedProps<T> {
  of: { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };
  /** What the page shows one of. */
  noun: string;
  /** Why one that was there may be gone. */
  gone: string;
  /** Where all of them are, and how that place is called. */
  all: { to: LinkProps["to"]; label: string };
  children: (data: T) => ReactNode;
}

/** A page of one thing: once it is there; before that its place, or what went wrong and the way on. */
export function PageLoaded<T>({ of, noun, gone, all, children }: PageLoadedProps<T>) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  const back = <Link to={all.to} className={buttonClasses("plain")}>{all.label}</Link>;
  if (of.error instanceof ApiError && of.error.status === 404) {
    return (
      <Page title={`There is no such ${noun}`}>
        <Panel>
          <Empty icon={<SearchX size={28} aria-hidden />} title={of.error.message}>
            <p className="mb-4">{gone}</p>
            {back}
          </Empty>
        </Panel>
      </Page>
    );
  }
  if (of.isError) {
    return (
      <Page title={`The ${noun} cannot be shown`} actions={back}>
        <ErrorNotice error={of.error} retry={() => void of.refetch()} />
      </Page>
    );
  }
  return (
    <Page title={noun} heading={<><span className="sr-only">Loading the {noun}</span><span aria-hidden className="h-5 w-56 animate-pulse rounded bg-hover" /></>}>
      <Panel><Waiting rows={8} /></Panel>
    </Page>
  );
}
