import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";

/** Asks before a page with changes is left. Gives what has to be called before it is left on purpose. */
export function useLeaveGuard(changed: boolean): () => void {
  const free = useRef(false);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      changed && !free.current && current.pathname !== next.pathname && !window.confirm("The text has changes that are not saved. Leave it?"),
    enableBeforeUnload: () => changed && !free.current,
  });
  return () => {
    free.current = true;
  };
}
