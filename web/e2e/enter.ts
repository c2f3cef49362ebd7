import type { Page } from "playwright-core";
import type { Highline } from "./highline";

/** Logs in by the link that Highline prints, where it wants a login. */
export async function enter(page: Page, { login }: Highline): Promise<void> {
  if (!login) return;
  await page.goto(login);
  await page.waitForURL((url) => url.pathname === "/");
}
