import { type MouseEvent, useLayoutEffect, useRef } from "react";

/**
 * Opens a dialog as a modal one for as long as it is drawn, and closes it before it goes: so the browser gives the focus
 * back to where it was. With `keep` a press beside it does not close it.
 */
export function useModal(onClose: () => void, keep = false) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return {
    ref,
    // It tells of its closing later, when it may be open again.
    onClose: () => {
      if (!ref.current?.open) onClose();
    },
    onMouseDown: (event: MouseEvent) => {
      if (keep || event.target !== ref.current) return;
      // Else the press goes on to take the focus that is given back here.
      event.preventDefault();
      onClose();
    },
  };
}
