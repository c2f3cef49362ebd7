import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { launch, open, seriousIn } from "./browser";
import { enter } from "./enter";
import { charge, LOOKUP } from "./examples";
import { type Highline, startHighline } from "./highline";

/** An app that takes requests and hangs up. */
const silent = createServer((request) => request.socket.destroy());
let highline: Highline;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/charge`;
  [highline, browser] = await Promise.all([startHighline({ lookup: LOOKUP, charge: charge(url) }), launch()]);
  ({ page, complaints } = await open(browser, highline.url));
  await enter(page, highline);
});

afterAll(async () => {
  await browser?.close();
  await highline?.stop();
  silent.close();
  // While the server is away its stream breaks off, and the browser says so.
  expect((complaints ?? []).filter((each) => !/ERR_|EventSource/.test(each))).toEqual([]);
});

async function start(workflow: string, event: object): Promise<void> {
  await page.goto(`/workflows/${workflow}`);
  await page.getByRole("button", { name: "Start by hand" }).click();
  await page.getByLabel(/The event, as JSON/).fill(JSON.stringify(event));
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await page.waitForURL(/\/runs\//);
}

const matters = () => page.locator("section", { hasText: "Needs a person" }).last();

test("a write of unknown outcome is held, named among what needs a person, and decided about", async () => {
  await start("charge", { amount: 12 });
  await page.getByText("Whether the step charge was done is unknown").waitFor();
  await page.getByText(/Whether the write was done is unknown/).waitFor();
  expect(await page.getByText("Retry when the network is back").count()).toBe(0);
  expect(await seriousIn(page)).toEqual([]);

  await page.goto("/");
  await matters().getByRole("link", { name: /^charge / }).click();
  await page.getByRole("button", { name: "Go on without it" }).click();
  await page.getByRole("heading", { level: 1, name: /succeeded/ }).waitFor();
  await page.goto("/");
  await page.getByText("Runs by how they ended").waitFor();
  expect(await matters().getByRole("link", { name: /^charge / }).count()).toBe(0);
});

test("failed runs need a person too, and the way leads to all of them", async () => {
  await start("lookup", { contact: "nobody0123456789abcd" });
  await page.getByRole("heading", { level: 1, name: /failed/ }).waitFor();
  await page.goto("/");
  await matters().getByRole("link", { name: /failed in 24 hours/ }).click();
  await page.waitForURL(/state=failed/);
  await page.getByRole("row", { name: /lookup/ }).first().waitFor();
  await page.getByRole("button", { name: "Retry all these" }).waitFor();
});

test("runs of a time are found: of a column of the chart, and between two moments", async () => {
  await page.goto("/");
  const column = page.getByRole("img", { name: /Runs of the last 24 hours/ }).locator("g.cursor-pointer").last();
  await column.click();
  await page.waitForURL(/since=.*until=/);
  await page.getByRole("table", { name: "Runs" }).getByRole("link").first().waitFor();
  expect(await page.getByLabel("From", { exact: true }).inputValue()).toMatch(/:00$/);
  await page.getByLabel("Until", { exact: true }).fill("2020-01-01T00:00");
  await page.getByText("No run is like this").waitFor();
  await page.getByLabel("Time", { exact: true }).selectOption("Last hour");
  await page.getByRole("table", { name: "Runs" }).getByRole("link").first().waitFor();
  expect(new URL(page.url()).searchParams.get("until")).toBeNull();
});

test("what is not there is said with the way on, and so is a page that never was", async () => {
  const gone = [
    ["/runs/00000000-0000-7000-8000-000000000000", "There is no such run", "All runs"],
    ["/workflows/nothing", "There is no such workflow", "All workflows"],
    ["/catalog/no.such.operation", "There is no such operation", "The whole catalog"],
    ["/no/such/page", "There is no page at this address", "To the overview"],
  ] as const;
  for (const [place, said, way] of gone) {
    await page.goto(place);
    await page.getByRole("heading", { level: 1, name: said }).waitFor();
    expect(await seriousIn(page), place).toEqual([]);
    await page.getByRole("main").getByRole("link", { name: way }).click();
    await page.waitForURL((url) => url.pathname !== place);
  }
});

test("what a poll found is told record by record, and leads to why it did or did not start a run", async () => {
  await page.goto("/workflows/contact-to-badge?tab=polls");
  const polls = page.getByRole("table", { name: "Polls" });
  await polls.getByRole("row", { name: /not wanted by where/ }).last().getByRole("button").click();
  await page.getByRole("dialog").getByRole("link").first().click();
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  const asked = new URL(page.url()).searchParams.get("record");
  expect(await page.getByLabel(/The id of the record/).inputValue()).toBe(asked);
  await page.getByRole("region", { name: "Answer" }).getByText(/\w/).first().waitFor();
});

test("events are listed with what came of them, also those that started no run", async () => {
  await page.goto("/workflows/contact-to-badge?tab=events");
  const events = page.getByRole("table", { name: "Events" });
  await events.getByRole("link", { name: "succeeded" }).first().waitFor();
  await page.getByLabel("What came of it").selectOption("not wanted by where");
  await page.waitForURL(/outcome=filtered/);
  await events.getByRole("row", { name: /not wanted by where/ }).first().getByRole("button").click();
  await page.getByRole("dialog").getByText("What came of it").waitFor();
  expect(await seriousIn(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByLabel("Id of a record").fill("nothing");
  await page.keyboard.press("Enter");
  await page.getByText("No event is like this").waitFor();
});

test("while the server is away the page says so, and it goes on by itself when it is back", async () => {
  await page.goto("/runs");
  await page.getByText("Live", { exact: true }).first().waitFor();
  // The other pages come by themselves once this one stands.
  await expect.poll(() => page.evaluate("performance.getEntriesByType('resource').some(({ name }) => name.includes('/assets/audit-'))"), { timeout: 10_000 }).toBe(true);
  await highline.restart(async () => {
    await page.getByText("Reconnecting", { exact: true }).first().waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Audit" }).click();
    await page.getByRole("alert").getByText("Highline does not answer").waitFor();
  });
  await page.goto("/runs?state=succeeded");
  await page.getByText("Live", { exact: true }).first().waitFor({ timeout: 20_000 });
  await page.getByRole("table", { name: "Runs" }).getByRole("link").first().waitFor();
});

test("a page that stays open while the server is started anew shows what came in meanwhile", async () => {
  await page.goto("/runs?workflow=new-lead-follow-up");
  const newest = page.getByRole("table", { name: "Runs" }).getByRole("link").first();
  await newest.waitFor();
  const before = await newest.getAttribute("href");
  await highline.restart();
  await expect.poll(() => newest.getAttribute("href"), { timeout: 30_000 }).not.toBe(before);
});
