/**
 * Where a login leads on: only to a place of this dashboard. The browser itself reads the address, since it also leaves
 * out tabs and line breaks, and goes elsewhere for `//` and `/.//`: what it makes of it must lie under this page's origin.
 */
export function inside(next: string | undefined, origin: string): string {
  if (!next || !URL.canParse(next, origin)) return "/";
  const { href } = new URL(next, origin);
  return href.startsWith(`${origin}/`) ? href : "/";
}
