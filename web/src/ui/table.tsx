import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { cx } from "./classes";
import { windowOf } from "./windowed";

export interface Column<R> {
  id: string;
  title: ReactNode;
  cell: (row: R) => ReactNode;
  /** Tailwind classes of the column's cells: width, alignment, from which width on it is shown. */
  className?: string;
}

interface TableProps<R> {
  label: string;
  columns: Column<R>[];
  rows: R[];
  rowKey: (row: R) => string;
  /** Scrolls by itself, as high as the page leaves, and draws only the rows in sight. */
  long?: boolean;
  onEnd?: () => void;
  foot?: ReactNode;
}

const ROW = 38;
const NEAR_END = 40;
/** So few rows have no bar to scroll by, and no place is kept for one. */
const SHORT = 8;

/** Moves the focus between the rows' first links. */
function onArrow(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = (event.target as HTMLElement).closest("tr");
  const next = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  const link = next?.querySelector<HTMLElement>("a, .row-link");
  if (!link) return;
  event.preventDefault();
  link.focus();
}

/** A table with rows of one height. A link with the class `row-link` in a cell makes the whole row its target. */
export function Table<R>({ label, columns, rows, rowKey, long, onEnd, foot }: TableProps<R>) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 60 });
  const total = rows.length;

  const look = () => {
    const element = box.current;
    if (!long || !element) return;
    const next = windowOf(element.scrollTop, element.clientHeight, ROW, total);
    setRange((old) => (old.first === next.first && old.last === next.last ? old : next));
  };
  useLayoutEffect(look, [long, total]);
  useEffect(() => {
    if (long && onEnd && range.last > total - NEAR_END) onEnd();
  }, [long, onEnd, range.last, total]);

  const first = long ? Math.min(range.first, total) : 0;
  const last = long ? Math.min(range.last, total) : total;
  return (
    <div
      ref={box}
      onScroll={look}
      className={cx("overflow-x-hidden", long && "max-h-[max(20rem,calc(100dvh-15rem))] overflow-y-auto", long && total > SHORT && "sm:[scrollbar-gutter:stable]")}
      tabIndex={long ? 0 : undefined}
      role={long ? "region" : undefined}
      aria-label={long ? label : undefined}
    >
      <table className="w-full table-fixed border-separate border-spacing-0 text-left" aria-label={label} aria-rowcount={total + 1}>
        <thead className="sticky top-0 z-10 bg-surface">
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={cx("h-8 truncate border-b border-line px-3 text-xs font-medium text-faint", column.className)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onArrow}>
          {first > 0 && <tr aria-hidden style={{ height: first * ROW }} />}
          {rows.slice(first, last).map((row, index) => (
            <tr key={rowKey(row)} aria-rowindex={first + index + 2} className="relative h-[38px] hover:bg-hover">
              {columns.map((column) => (
                <td key={column.id} className={cx("truncate border-b border-line px-3 py-0", column.className)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
          {last < total && <tr aria-hidden style={{ height: (total - last) * ROW }} />}
        </tbody>
      </table>
      {foot}
    </div>
  );
}
