import { useEffect, useState } from "react";
import { check } from "@/api/texts";
import type { Check } from "@/api/texts";

const PAUSE_MS = 350;

/** What is wrong with a text, some moments after the last key was pressed. */
export function useCheck(text: string, id?: string): { found: Check | null; checking: boolean; failed: Error | null } {
  const [state, setState] = useState<{ of: string; found: Check | null; failed: Error | null }>({ of: "", found: null, failed: null });
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      check(text, id, stop.signal).then(
        (found) => setState({ of: text, found, failed: null }),
        (error: Error) => {
          if (error.name !== "AbortError") setState((old) => ({ ...old, of: text, failed: error }));
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, id]);
  return { found: state.found, checking: state.of !== text, failed: state.failed };
}
