import { Braces, ChevronRight, Search } from "lucide-react";
import { useMemo, useState } from "react";
import { cx } from "./classes";
import { CopyButton } from "./copy";
import { type Line, linesOf, matches, templateOf } from "./json-lines";

const OPEN_TO = 2;
const SEARCH_FROM = 8;
const SHOWN = 400;
const ON_HOVER = "-my-0.5 opacity-0 group-hover:opacity-100 focus-visible:opacity-100";

interface JsonTreeProps {
  value: unknown;
  label: string;
  /** What templates call the value: each part of it can then be copied as a template. */
  template?: string;
}

/** A JSON value to fold, search and copy from. */
export function JsonTree({ value, label, template }: JsonTreeProps) {
  const [folded, setFolded] = useState<Map<string, boolean>>(new Map());
  const [text, setText] = useState("");
  const found = useMemo(() => (text ? matches(value, text) : null), [value, text]);
  const isOpen = (path: string, depth: number) => found?.open.has(path) || (folded.get(path) ?? depth < OPEN_TO);
  const lines = linesOf(value, isOpen);
  const searched = useMemo(() => linesOf(value, () => true).length > SEARCH_FROM, [value]);
  const toggle = (line: Line) => setFolded(new Map(folded).set(line.path, !isOpen(line.path, line.depth)));

  if (value === null || typeof value !== "object") {
    return (
      <div className="flex items-start justify-between gap-2 rounded-md bg-sunken px-2.5 py-1.5 font-mono text-xs">
        <Leaf value={value} />
        <CopyButton label={`Copy ${label}`} text={() => (typeof value === "string" ? value : JSON.stringify(value))} />
      </div>
    );
  }
  return (
    <div className="relative rounded-md bg-sunken">
      <div className={cx("flex items-center gap-2 text-faint", searched ? "h-8 border-b border-line px-2.5" : "absolute top-1 right-2.5 z-[1]")}>
        {searched && (
          <label className="flex min-w-0 grow items-center gap-1.5">
            <Search size={13} aria-hidden className="shrink-0" />
            <input
              value={text}
              onChange={(event) => setText(event.target.value)}
              placeholder={`Search ${label}`}
              aria-label={`Search ${label}`}
              className="w-full min-w-0 bg-transparent text-xs text-ink outline-offset-4 placeholder:text-faint"
            />
          </label>
        )}
        {found && <span className="text-2xs whitespace-nowrap">{found.hits.size} found</span>}
        <CopyButton label={`Copy ${label} as JSON`} text={() => JSON.stringify(value, null, 2)} className="ml-auto" />
      </div>
      <div role="group" aria-label={label} className="max-h-96 overflow-auto py-1 font-mono text-xs leading-5" tabIndex={0}>
        {lines.slice(0, SHOWN).map((line) => (
          <TreeLine key={line.path} line={line} open={isOpen(line.path, line.depth)} hit={found?.hits.has(line.path)} template={template && line.path ? templateOf(template, line.path) : undefined} onToggle={() => toggle(line)} />
        ))}
        {lines.length > SHOWN && <p className="px-3 py-1 text-faint">{lines.length - SHOWN} more lines: copy it to see them all</p>}
      </div>
    </div>
  );
}

interface TreeLineProps {
  line: Line;
  open: boolean;
  hit?: boolean;
  template?: string;
  onToggle: () => void;
}

function TreeLine({ line, open, hit, template, onToggle }: TreeLineProps) {
  const foldable = line.size !== null && line.size > 0;
  const name = line.name === null ? null : <span className="text-dim">{line.name}</span>;
  return (
    <div className={cx("group flex items-start gap-1 pr-2", hit && "bg-accent-soft")} style={{ paddingLeft: line.depth * 14 + 6 }}>
      {foldable ? (
        <button type="button" aria-expanded={open} onClick={onToggle} className="flex min-w-0 items-start gap-1 text-left">
          <ChevronRight size={13} aria-hidden className={cx("mt-[3px] shrink-0 text-faint transition-transform", open && "rotate-90")} />
          {name}
          <span className="whitespace-nowrap text-faint">{Array.isArray(line.value) ? `[${line.size}]` : `{${line.size}}`}</span>
        </button>
      ) : (
        <span className="flex min-w-0 gap-1.5 pl-[17px]">
          {name && <span className="shrink-0">{name}</span>}
          {line.size === 0 ? <span className="text-faint">{Array.isArray(line.value) ? "[]" : "{}"}</span> : <Leaf value={line.value} />}
        </span>
      )}
      {line.path && (
        <CopyButton
          label={`Copy ${line.path}`}
          text={() => (typeof line.value === "string" ? line.value : JSON.stringify(line.value, null, 2))}
          className={ON_HOVER}
        />
      )}
      {template && <CopyButton label={`Copy ${template}`} icon={<Braces size={13} aria-hidden />} text={() => template} className={ON_HOVER} />}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string") return <span className="min-w-0 break-all whitespace-pre-wrap text-succeeded">{value === "" ? '""' : value}</span>;
  if (typeof value === "number") return <span className="text-running">{String(value)}</span>;
  return <span className="text-waiting">{String(value)}</span>;
}
