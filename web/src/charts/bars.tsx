import { useState } from "react";
import { cx } from "@/ui/classes";
import { useWidth } from "@/ui/measure";
import { lookOf } from "@/ui/state";
import { brief, count, moment, words } from "@/ui/words";
import { type Bucket, stacks } from "./stack";

interface BarsProps {
  label: string;
  buckets: Bucket[];
  /** From the bottom up; each is a state with a colour. */
  keys: readonly string[];
  /** How long a bucket is, in milliseconds: what the axis says. */
  bucketMs: number;
  /** What a press on a column does. */
  onPick?: (bucket: Bucket) => void;
}

const HEIGHT = 148;
const LEFT = 34;
const BOTTOM = 20;

const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** Which colour is which, and how many of each there are. */
export function Legend({ buckets, keys }: Pick<BarsProps, "buckets" | "keys">) {
  return (
    <ul className="flex flex-wrap gap-x-3.5 text-xs text-dim">
      {keys.map((key) => (
        <li key={key} className="flex items-center gap-1.5">
          <span className={cx("size-2 rounded-[2px]", lookOf(key).fill)} aria-hidden />
          {words(key)} {brief(buckets.reduce((sum, bucket) => sum + (bucket.parts[key] ?? 0), 0))}
        </li>
      ))}
    </ul>
  );
}

/** Runs over time: one column a bucket, one colour a state. */
export function Bars({ label, buckets, keys, bucketMs, onPick }: BarsProps) {
  const [box, width] = useWidth<HTMLDivElement>();
  const [shown, setShown] = useState<number | null>(null);
  const inner = Math.max(0, width - LEFT);
  const { stacks: columns, top } = stacks(buckets, keys, inner, HEIGHT);
  const every = Math.max(1, Math.ceil(buckets.length / Math.max(1, Math.floor(inner / 64))));
  const axis = bucketMs >= 86_400_000 ? day : hour;
  const current = shown === null ? null : columns[shown];
  return (
    <div ref={box} className="relative min-h-[168px]" onMouseLeave={() => setShown(null)}>
      {width > 0 && (
        <svg width={width} height={HEIGHT + BOTTOM} role="img" aria-label={label} className="block overflow-visible">
          {[0, 0.5, 1].map((part) => (
            <g key={part} transform={`translate(0 ${HEIGHT * (1 - part)})`}>
              <line x1={LEFT} x2={width} className="stroke-line" />
              {top * part === Math.round(top * part) && (
                <text x={LEFT - 8} y={3.5} textAnchor="end" className="fill-faint text-2xs">{brief(top * part)}</text>
              )}
            </g>
          ))}
          {columns.map((column, index) => (
            <g key={column.bucket.at} transform={`translate(${LEFT} 0)`} onMouseEnter={() => setShown(index)} onClick={onPick && (() => onPick(column.bucket))} className={cx(onPick && column.total > 0 && "cursor-pointer")}>
              <rect x={column.x - 2} y={0} width={column.width + 4} height={HEIGHT} className={shown === index ? "fill-hover" : "fill-transparent"} />
              {column.segments.map((segment) => (
                <rect key={segment.key} x={column.x} y={segment.y} width={column.width} height={segment.height} rx={1} className={lookOf(segment.key).fill} />
              ))}
              {index % every === 0 && (
                <text x={column.x + column.width / 2} y={HEIGHT + 15} textAnchor="middle" className="fill-faint text-2xs">
                  {axis.format(new Date(column.bucket.at))}
                </text>
              )}
            </g>
          ))}
        </svg>
      )}
      {current && (
        <div
          className={cx("pointer-events-none absolute top-1 z-10 rounded-md border border-line-strong bg-surface px-2.5 py-1.5 text-xs shadow-raised")}
          style={current.x > inner / 2 ? { right: inner - current.x + 8 } : { left: LEFT + current.x + current.width + 8 }}
        >
          <p className="whitespace-nowrap text-faint">{moment(current.bucket.at)}</p>
          {keys.filter((key) => current.bucket.parts[key]).map((key) => (
            <p key={key} className="flex justify-between gap-4">
              <span className={lookOf(key).text}>{words(key)}</span>
              <span>{count(current.bucket.parts[key] ?? 0)}</span>
            </p>
          ))}
          {current.total === 0 && <p>no runs</p>}
        </div>
      )}
      <table className="sr-only">
        <caption>{label}</caption>
        <tbody>
          {buckets.filter((bucket) => Object.values(bucket.parts).some(Boolean)).map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row">{moment(bucket.at)}</th>
              <td>{keys.filter((key) => bucket.parts[key]).map((key) => `${bucket.parts[key]} ${words(key)}`).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
