import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launch, open, settled } from "./browser";
import { enter } from "./enter";
import { GREETING, LOOKUP } from "./examples";
import { type Highline, startHighline } from "./highline";

const FOLDER = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
const WIDTHS = { wide: 1360, narrow: 390 };
const RUNS_WANTED = 12;

let highline: Highline;
let browser: Browser;

beforeAll(async () => {
  [highline, browser] = await Promise.all([startHighline({ "look-up-a-contact": LOOKUP, "greet-in-turn": GREETING }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await highline?.stop();
});

async function start(page: Page, workflow: string, event: object): Promise<string> {
  await page.goto(`/workflows/${workflow}`);
  await page.getByRole("button", { name: "Start by hand" }).click();
  await page.getByLabel(/The event, as JSON/).fill(JSON.stringify(event));
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await page.waitForURL(/\/runs\//);
  return new URL(page.url()).pathname;
}

test("each page, in both themes", async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const { page } = await open(browser, highline.url, { width: WIDTHS.wide });
  await enter(page, highline);
  const greeted = await start(page, "greet-in-turn", { query: "liam" });
  const failed = await start(page, "look-up-a-contact", { contact: "9eFXe89n94qti8VexgYA" });
  await start(page, "look-up-a-contact", { contact: "V92HMhmlcRdUIBW3nTCA" });
  await page.goto(greeted);
  await page.getByRole("heading", { level: 1, name: /succeeded/ }).waitFor();
  await page.goto("/runs");
  await page.getByRole("row").nth(RUNS_WANTED).waitFor({ timeout: 90_000 });
  const state = await page.context().storageState();
  const places = {
    overview: "/",
    workflows: "/workflows",
    "workflow-graph": "/workflows/contact-to-badge",
    "workflow-yaml": "/workflows/contact-to-badge?tab=yaml",
    "workflow-polls": "/workflows/contact-to-badge?tab=polls",
    "workflow-revisions": "/workflows/contact-to-badge?tab=revisions",
    runs: "/runs",
    "run-timeline": greeted,
    "run-failed": failed,
    "run-graph": `${greeted}?tab=graph`,
    catalog: "/catalog?text=contact",
    operation: "/catalog/highlevel.contacts.tags.add",
    connections: "/connections",
    nodes: "/nodes",
    tokens: "/tokens",
    audit: "/audit",
  };
  for (const theme of ["light", "dark"] as const) {
    for (const [size, width] of Object.entries(WIDTHS)) {
      const look = await open(browser, highline.url, { theme, width, state });
      for (const [name, place] of Object.entries(places)) {
        await look.page.goto(place);
        await look.page.getByRole("heading", { level: 1 }).first().waitFor();
        await settled(look.page);
        if (name.endsWith("yaml")) await look.page.getByText("nothing is wrong").waitFor();
        if (name.endsWith("graph")) await look.page.locator(".react-flow__node").first().waitFor();
        await look.page.screenshot({ path: `${FOLDER}/${name}-${size}-${theme}.png` });
      }
      if (size === "wide") {
        const out = await open(browser, highline.url, { theme, width });
        await out.page.goto("/login");
        await out.page.getByLabel("Token").waitFor();
        await out.page.screenshot({ path: `${FOLDER}/login-${size}-${theme}.png` });
      }
      await look.page.context().close();
    }
  }
});
