import type { ReactNode } from "react";
import { ErrorNotice, Waiting } from "./notice";

interface LoadedProps<T> {
  of: { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };
  rows?: number;
  children: (data: T) => ReactNode;
}

/** What was asked for once it is there; before that its place, or what went wrong. */
export function Loaded<T>({ of, rows, children }: LoadedProps<T>) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.isError) return <div className="p-3.5"><ErrorNotice error={of.error} retry={() => void of.refetch()} /></div>;
  return <Waiting rows={rows} />;
}
