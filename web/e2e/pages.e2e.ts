import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, open, seriousIn, settled } from "./browser";
import { enter } from "./enter";
import { LOOKUP } from "./examples";
import { type Highline, startHighline } from "./highline";

let highline: Highline;
let browser: Browser;

beforeAll(async () => {
  [highline, browser] = await Promise.all([startHighline({ lookup: LOOKUP }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await highline?.stop();
});

const PLACES = [
  ["/", "Overview"],
  ["/workflows", "Workflows"],
  ["/workflows/new", "New workflow"],
  ["/workflows/contact-to-badge", "Contact updated, badge issued"],
  ["/workflows/contact-to-badge?tab=yaml", "Contact updated, badge issued"],
  ["/workflows/contact-to-badge?tab=runs", "Contact updated, badge issued"],
  ["/workflows/contact-to-badge?tab=polls", "Contact updated, badge issued"],
  ["/workflows/contact-to-badge?tab=events", "Contact updated, badge issued"],
  ["/workflows/contact-to-badge?tab=revisions", "Contact updated, badge issued"],
  ["/runs", "Runs"],
  ["/runs?state=cancelled", "Runs"],
  ["/catalog", "Catalog"],
  ["/catalog/highlevel.contacts.create", /Create Contact/],
  ["/connections", "Connections"],
  ["/nodes", "Nodes"],
  ["/tokens", "Tokens"],
  ["/audit", "Audit"],
] as const;

test("axe finds nothing serious on any page, in both themes, wide and narrow, and none is wider than its window", async () => {
  const found: string[] = [];
  const state = await logInOnce();
  for (const look of [{ theme: "light", width: 1280 }, { theme: "dark", width: 360 }] as const) {
    const { page, complaints } = await open(browser, highline.url, { ...look, state });
    for (const [place, heading] of [...PLACES, [await newestRun(page), /succeeded|failed|running|waiting/] as const]) {
      await page.goto(place);
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      await settled(page);
      found.push(...(await seriousIn(page)).map((each) => `${place} ${look.theme}: ${each}`));
      const over = (await page.evaluate("document.documentElement.scrollWidth - innerWidth")) as number;
      if (over > 0) found.push(`${place} at ${look.width}: ${over} pixels wider than the window`);
      const cut = (await page.evaluate("[...document.querySelectorAll('table')].filter((each) => each.offsetWidth > each.parentElement.clientWidth + 1).length")) as number;
      if (cut > 0) found.push(`${place} at ${look.width}: ${cut} tables are wider than their place`);
    }
    found.push(...complaints);
    await page.context().close();
  }
  expect(found).toEqual([]);
}, 120_000);

async function logInOnce() {
  const { page } = await open(browser, highline.url);
  await enter(page, highline);
  return page.context().storageState();
}

async function newestRun(page: import("playwright-core").Page): Promise<string> {
  await page.goto("/runs");
  return String(await page.getByRole("table", { name: "Runs" }).getByRole("link").first().getAttribute("href"));
}
