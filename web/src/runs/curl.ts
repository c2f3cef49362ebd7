import type { Heard } from "@/api/types";

type Request = Heard["request"];

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A request as a command line. Secrets are masked as they are on the page: put them in before it is sent. */
export function curlOf({ method, url, headers, body }: Request): string {
  const parts = [`curl -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${String(value)}`)}`);
  if (body !== undefined && body !== null) parts.push(...dataOf(body, headers));
  return parts.join(" \\\n  ");
}

function dataOf(body: unknown, headers: Request["headers"]): string[] {
  if (typeof body === "string") return [`--data-raw ${quoted(body)}`];
  const kind = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  if (String(kind).includes("form-urlencoded")) {
    const fields = Object.entries(body as object).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => `${name}=${String(each)}`));
    return fields.map((field) => `--data-urlencode ${quoted(field)}`);
  }
  return [`--data-raw ${quoted(JSON.stringify(body))}`];
}

/** Bytes for people: `512 bytes`, `16 KiB`, `1.4 MiB`. */
export function bytes(count: number): string {
  if (count < 1_024) return `${count} bytes`;
  if (count < 1_048_576) return `${Math.round(count / 1_024)} KiB`;
  return `${(count / 1_048_576).toFixed(1)} MiB`;
}
