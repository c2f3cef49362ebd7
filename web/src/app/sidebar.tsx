import { Link } from "@tanstack/react-router";
import { BookOpen, Cable, KeyRound, LayoutDashboard, ListTree, type LucideIcon, ScrollText, Server, Workflow } from "lucide-react";
import type { Connection } from "@/api/live";
import { cx } from "@/ui/classes";
import { Account } from "./account";
import { Logo } from "./logo";
import { ThemeSwitch } from "./theme-switch";

const PLACES: { to: string; label: string; icon: LucideIcon }[][] = [
  [
    { to: "/", label: "Overview", icon: LayoutDashboard },
    { to: "/workflows", label: "Workflows", icon: Workflow },
    { to: "/runs", label: "Runs", icon: ListTree },
  ],
  [
    { to: "/catalog", label: "Catalog", icon: BookOpen },
    { to: "/connections", label: "Connections", icon: Cable },
  ],
  [
    { to: "/nodes", label: "Nodes", icon: Server },
    { to: "/tokens", label: "Tokens", icon: KeyRound },
    { to: "/audit", label: "Audit", icon: ScrollText },
  ],
];

const LIVE = {
  live: { dot: "bg-succeeded", text: "Live", title: "This page follows what happens" },
  connecting: { dot: "bg-queued", text: "Connecting", title: "The connection for live events is being made" },
  away: { dot: "bg-waiting", text: "Reconnecting", title: "No live events come in; what you see may be some seconds old" },
} as const;

export function Sidebar({ live }: { live: Connection }) {
  const heard = LIVE[live];
  return (
    <div className="flex h-full flex-col gap-1 overflow-y-auto p-3">
      <Link to="/" className="mb-3 px-2 pt-1">
        <Logo />
      </Link>
      <nav aria-label="Main" className="flex flex-col">
        {PLACES.map((group, index) => (
          <ul key={group[0]?.to} className={cx("flex flex-col gap-px", index > 0 && "mt-2 border-t border-line pt-2")}>
            {group.map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: to === "/" }}
                  className="flex h-8 items-center gap-2.5 rounded-md px-2 text-dim hover:bg-hover hover:text-ink"
                  activeProps={{ className: "!text-ink font-medium bg-hover" }}
                >
                  <Icon size={15} aria-hidden />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        ))}
      </nav>
      <div className="mt-auto flex flex-col gap-2 pt-4">
        <p role="status" title={heard.title} className="flex items-center gap-2 px-2 text-xs text-faint">
          <span className={cx("size-1.5 rounded-full", heard.dot)} aria-hidden />
          {heard.text}
        </p>
        <ThemeSwitch />
        <Account />
      </div>
    </div>
  );
}
