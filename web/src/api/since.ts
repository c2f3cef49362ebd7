const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `24h` in the address becomes a moment for the interface, cut to the minute so that it is the same question for a while. */
export function sinceOf(span: string | undefined, now: number): string | undefined {
  const parts = /^(\d+)([mhd])$/.exec(span ?? "");
  if (!parts) return span;
  const at = now - Number(parts[1]) * (UNIT_MS[parts[2] ?? ""] ?? 0);
  return new Date(Math.floor(at / 60_000) * 60_000).toISOString();
}
