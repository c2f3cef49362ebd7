import { mkdirSync, rmSync, writeFileSync } from "node:fs";
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

/** A picture of a page as WebP, a third of the size of a PNG: the browser itself knows how. */
async function picture(page: Page, painter: Page, name: string): Promise<void> {
  const png = (await page.screenshot()).toString("base64");
  const url = await painter.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.9);
  }, png);
  writeFileSync(`${FOLDER}/${name}.webp`, Buffer.from(url.split(",")[1] ?? "", "base64"));
}

/** A token, and a connection that was tried, so that these pages are not empty. */
async function furnish(page: Page): Promise<void> {
  for (const [name, role] of [["night shift", /^Operator/], ["reporting", /^Viewer/]] as const) {
    await page.goto("/tokens");
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel(/^Name/).fill(name);
    await page.getByRole("radio", { name: role }).check();
    await page.getByRole("button", { name: "Make the token" }).click();
    await page.getByRole("button", { name: "I have it" }).click();
  }
  await page.goto("/connections");
  for (const name of ["acme", "credly"]) {
    await page.getByRole("button", { name: `Test ${name}` }).click();
    await page.getByText(`${name}: `).first().waitFor();
  }
}

test("each page, in both themes", async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const { page } = await open(browser, highline.url, { width: WIDTHS.wide });
  await enter(page, highline);
  const painter = await (await browser.newContext()).newPage();
  await furnish(page);
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
    "workflow-step": "/workflows/greet-in-turn?step=each",
    "workflow-new": "/workflows/new",
    "workflow-yaml": "/workflows/contact-to-badge?tab=yaml",
    "workflow-polls": "/workflows/contact-to-badge?tab=polls",
    "workflow-events": "/workflows/contact-to-badge?tab=events",
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
        if (name.endsWith("yaml") || name.endsWith("new")) await look.page.getByText("nothing is wrong").waitFor();
        if (/graph$|step$|new$/.test(name)) await look.page.locator(".react-flow__node").first().waitFor();
        await picture(look.page, painter, `${name}-${size}-${theme}`);
      }
      if (size === "wide") {
        const out = await open(browser, highline.url, { theme, width });
        await out.page.goto("/login");
        await out.page.getByLabel("Token").waitFor();
        await picture(out.page, painter, `login-${size}-${theme}`);
      }
      await look.page.context().close();
    }
  }
});
