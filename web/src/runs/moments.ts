/** `24h`, in place of a moment. */
export const isSpan = (text: string) => /^\d+[mhd]$/.test(text);

const MINUTE_MS = 60_000;

/** A moment as a field for dates and times shows it, by the reader's clock. */
export function inputOf(moment: string): string {
  const at = Date.parse(moment);
  if (Number.isNaN(at)) return "";
  return new Date(at - new Date(at).getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}

/** What such a field says, as a moment; nothing where it is empty. */
export function momentOf(input: string): string {
  const at = new Date(input);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}
