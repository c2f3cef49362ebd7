import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { isOver, setOver, subscribe } from "@/api/login-over";
import { Dialog } from "@/ui/dialog";
import { LoginForm } from "./login-form";

/** Where a login ends while a page is open, it is made again in its place: what was written there stays. */
export function LoginOver() {
  const over = useSyncExternalStore(subscribe, isOver);
  const cache = useQueryClient();
  if (!over) return null;
  const again = () => {
    setOver(false);
    void cache.invalidateQueries();
  };
  return (
    <Dialog title="Your login is over" keep onClose={() => setOver(false)}>
      <p className="mb-4 text-dim">It has lasted its time, or was ended. Log in again to go on where you are: nothing that you wrote is lost.</p>
      <LoginForm onDone={again} />
    </Dialog>
  );
}
