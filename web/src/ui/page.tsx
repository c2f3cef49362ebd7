import { type ReactNode, useEffect } from "react";

interface PageProps {
  title: string;
  /** What stands in place of the title, such as a name with its switch. */
  heading?: ReactNode;
  under?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with its heading; the title is also that of the browser's tab. */
export function Page({ title, heading, under, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Highline`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-[96rem] flex-col gap-4 px-4 py-5 sm:px-6">
      <header className="flex min-h-8 flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0 sm:grow sm:basis-72">
          <h1 className="flex flex-wrap items-center gap-x-3 gap-y-1 break-words">{heading ?? title}</h1>
          {under && <div className="mt-1 text-dim">{under}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
