import { type ReactNode, useState } from "react";
import { Button, type ButtonProps } from "./button";
import { Dialog } from "./dialog";

interface ConfirmProps extends ButtonProps {
  /** What is asked, as a title. */
  ask: string;
  explain: ReactNode;
  yes: string;
  onYes: () => void;
}

/** A button for what cannot be taken back: it asks first. */
export function ConfirmButton({ ask, explain, yes, onYes, ...button }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button {...button} onClick={() => setOpen(true)} />
      {open && (
        <Dialog title={ask} onClose={() => setOpen(false)}>
          <div className="text-dim">{explain}</div>
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Leave it</Button>
            <Button
              look={button.look === "danger" ? "danger" : "primary"}
              onClick={() => {
                setOpen(false);
                onYes();
              }}
            >
              {yes}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
