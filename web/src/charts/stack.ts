/** Columns of a stacked chart, laid out in a box of `width` by `height`. */
export interface Bucket {
  at: string;
  parts: Record<string, number>;
}

export interface Segment {
  key: string;
  y: number;
  height: number;
}

export interface Stack {
  bucket: Bucket;
  x: number;
  width: number;
  total: number;
  segments: Segment[];
}

/** A number at or above `n` that reads well on an axis: 1, 2 or 5 times a power of ten. */
export function niceCeiling(n: number): number {
  if (n <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(n));
  return ([1, 2, 5, 10].find((step) => step * power >= n) ?? 10) * power;
}

const totalOf = (bucket: Bucket) => Object.values(bucket.parts).reduce((sum, n) => sum + n, 0);
const SMALLEST = 1.5;

export function stacks(buckets: Bucket[], keys: readonly string[], width: number, height: number): { stacks: Stack[]; top: number } {
  const top = niceCeiling(Math.max(1, ...buckets.map(totalOf)));
  const slot = width / Math.max(1, buckets.length);
  const bar = Math.max(1, Math.min(slot * 0.72, 26));
  const placed = buckets.map((bucket, index) => {
    let y = height;
    const segments: Segment[] = [];
    for (const key of keys) {
      const n = bucket.parts[key] ?? 0;
      if (n === 0) continue;
      // One failure among thousands is still to be seen.
      const part = Math.max(SMALLEST, (n / top) * height);
      y = Math.max(0, y - part);
      segments.push({ key, y, height: part });
    }
    return { bucket, x: index * slot + (slot - bar) / 2, width: bar, total: totalOf(bucket), segments };
  });
  return { stacks: placed, top };
}
