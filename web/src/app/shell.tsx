import { Outlet, useRouterState } from "@tanstack/react-router";
import { Menu } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useLive } from "@/api/live";
import { useModal } from "@/ui/modal";
import { Heard } from "./heard";
import { LoginOver } from "./login-over";
import { Logo } from "./logo";
import { Sidebar } from "./sidebar";

/** The frame of every page behind the login. */
export function Shell() {
  const live = useLive();
  const place = useRouterState({ select: (state) => state.location.pathname });
  const [openAt, setOpenAt] = useState<string | null>(null);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a href="#main" className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the page
      </a>
      <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-surface px-2 lg:hidden">
        <button type="button" aria-label="Menu" className="grid size-9 place-items-center rounded-md hover:bg-hover" onClick={() => setOpenAt(place)}>
          <Menu size={18} aria-hidden />
        </button>
        <Logo />
      </header>
      {openAt === place && (
        <Drawer onClose={() => setOpenAt(null)}>
          <Sidebar live={live} />
        </Drawer>
      )}
      <aside className="sticky top-0 hidden h-dvh border-r border-line bg-surface lg:block">
        <Sidebar live={live} />
      </aside>
      <main id="main" tabIndex={-1} className="min-w-0 outline-none">
        <Outlet />
      </main>
      <Heard place={place} />
      <LoginOver />
    </div>
  );
}

/** The menu of a narrow window; going somewhere closes it. */
function Drawer({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const modal = useModal(onClose);
  return (
    <dialog
      {...modal}
      aria-label="Menu"
      className="m-0 h-dvh max-h-none w-64 max-w-[80vw] border-r border-line bg-surface p-0 text-ink"
    >
      {children}
    </dialog>
  );
}
