import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launch, open, settled } from "./browser";
import { enter } from "./enter";
import { type Highline, startHighline } from "./highline";
import { frames, table, type Timed, timed, watchInteractions } from "./timing";

const MANY = Number(process.env.ROWS ?? 10_000);
const AT_ONCE = 32;
const TIMES = 12;

const EMPTY = "name: Workflow NUMBER\ntrigger: manual\nsteps:\n  - set: { number: NUMBER }\n";

let highline: Highline;
let browser: Browser;

beforeAll(async () => {
  const texts = Array.from({ length: MANY }, (_, number) => [`many-${number}`, EMPTY.replaceAll("NUMBER", String(number))]);
  [highline, browser] = await Promise.all([startHighline(Object.fromEntries(texts), 280_000), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await highline?.stop();
});

/** Starts runs by hand until there are as many. */
async function makeRuns(page: Page): Promise<void> {
  const script = `(async () => {
    let left = ${MANY};
    const headers = { "X-Highline-Csrf": "1", "Content-Type": "application/json" };
    const one = async () => { while (left > 0) { left -= 1; await fetch("/api/v1/workflows/many-0/start", { method: "POST", headers, body: "{}" }); } };
    await Promise.all(Array.from({ length: ${AT_ONCE} }, one));
  })()`;
  await page.evaluate(script);
}

/** Scrolls a list until it has so many rows. */
async function loadAll(page: Page, rows: number): Promise<number> {
  const count = async () => Number(await page.getByRole("table", { name: "Runs" }).getAttribute("aria-rowcount")) - 1;
  const box = page.getByRole("region", { name: "Runs" });
  for (let tries = 0; tries < 2_000 && (await count()) < rows; tries += 1) {
    await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.waitForTimeout(20);
  }
  return count();
}

const typing = (page: Page, field: string, text: string) =>
  timed(page, text.length, async (turn) => {
    if (turn === 0) await page.getByLabel(field, { exact: true }).focus();
    await page.keyboard.type(text[turn] ?? "");
  });

async function ofRuns(page: Page): Promise<Timed[]> {
  await page.goto("/runs");
  await page.getByRole("table", { name: "Runs" }).waitFor();
  const rows = await loadAll(page, MANY);
  const all: Timed[] = [{ what: "runs: scroll (time between frames)", rows, each: await frames(page, "Runs", 60) }];
  const row = page.getByRole("table", { name: "Runs" }).getByRole("link");
  all.push({ what: "runs: go down a row by the keyboard", rows, each: await timed(page, TIMES, async (turn) => { if (turn === 0) await row.nth(20).focus(); await page.keyboard.press("ArrowDown"); }) });
  all.push({ what: "runs: choose a state", rows, each: await timed(page, TIMES, () => page.getByRole("group", { name: "State" }).getByRole("button", { name: "failed" }).click()) });
  await page.getByRole("table", { name: "Runs" }).waitFor();
  all.push({ what: "runs: type into the filter", rows, each: await typing(page, "Search runs", "many-0") });
  const opened = await timed(page, 6, async () => {
    await page.goto("/runs");
    await row.nth(4).waitFor();
    await page.evaluate("interactions.length = 0");
    await row.nth(4).click();
    await page.getByRole("heading", { level: 1, name: /succeeded/ }).waitFor();
  });
  return [...all, { what: "runs: open one", rows, each: opened }];
}

async function ofWorkflows(page: Page): Promise<Timed[]> {
  await page.goto("/workflows");
  await page.getByRole("table", { name: "Workflows" }).waitFor();
  await settled(page);
  const rows = Number(await page.getByRole("table", { name: "Workflows" }).getAttribute("aria-rowcount")) - 1;
  const all: Timed[] = [{ what: "workflows: scroll (time between frames)", rows, each: await frames(page, "Workflows", 60) }];
  let reads = 0;
  page.on("response", (answer) => (reads += answer.url().includes("/api/v1/workflows?") ? 1 : 0));
  const meanwhile = await frames(page, "Workflows", 200, 150);
  if (reads === 0) throw new Error("the list was not read anew meanwhile");
  all.push({ what: "workflows: scroll while the list is read anew", rows, each: meanwhile });
  all.push({ what: "workflows: type into the search", rows, each: await typing(page, "Search workflows", "workflow 99") });
  await page.getByLabel("Search workflows").fill("");
  all.push({ what: "workflows: switch one on or off", rows, each: await timed(page, TIMES, () => page.getByRole("switch").nth(3).click()) });
  await page.goto("/runs");
  await page.getByLabel("Workflow", { exact: true }).waitFor();
  all.push({ what: "runs: choose among the workflows by typing", rows, each: await typing(page, "Workflow", "Workflow 99") });
  return all;
}

async function ofOperations(page: Page): Promise<Timed[]> {
  await page.goto("/catalog");
  await page.getByLabel("Search the catalog").waitFor();
  const list = page.getByRole("main").getByRole("listitem");
  await list.first().waitFor();
  const rows = await list.count();
  return [{ what: "catalog: type into the search", rows, each: await typing(page, "Search the catalog", "contact tag") }];
}

test("how long interactions take with many rows", async () => {
  const { page } = await open(browser, highline.url);
  await watchInteractions(page);
  await enter(page, highline);
  const operations = await ofOperations(page);
  const workflows = await ofWorkflows(page);
  await page.goto("/nodes");
  await makeRuns(page);
  console.log(`\n${table([...(await ofRuns(page)), ...workflows, ...operations])}\n`);
});
