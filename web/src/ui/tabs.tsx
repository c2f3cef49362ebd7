import { Link } from "@tanstack/react-router";
import { cx } from "./classes";

interface TabsProps {
  label: string;
  tabs: { id: string; label: string; count?: number }[];
  current: string;
}

/** Tabs as links, so that each has an address, and the back button goes back. */
export function Tabs({ label, tabs, current }: TabsProps) {
  return (
    <nav aria-label={label} className="-mb-px flex gap-4 overflow-x-auto border-b border-line">
      {tabs.map((tab) => (
        <Link
          key={tab.id}
          to="."
          search={(old: object) => ({ ...old, tab: tab.id === tabs[0]?.id ? undefined : tab.id })}
          aria-current={tab.id === current ? "page" : undefined}
          className={cx(
            "flex items-center gap-1.5 border-b-2 py-2 whitespace-nowrap",
            tab.id === current ? "border-accent font-medium" : "border-transparent text-dim hover:text-ink",
          )}
        >
          {tab.label}
          {tab.count !== undefined && <span className="rounded bg-hover px-1 text-2xs text-dim">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
