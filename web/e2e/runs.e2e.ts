import { expect, test } from "vitest";
import { GREETING, LOOKUP } from "./examples";
import { page, sharedPage } from "./scene";

sharedPage({ lookup: LOOKUP, greeting: GREETING });

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });

test("a workflow is switched off, and on again by undo", async () => {
  await page.goto("/workflows");
  const toggle = page.getByRole("switch", { name: /New lead, follow-up task/ });
  await toggle.waitFor();
  expect(await toggle.getAttribute("aria-checked")).toBe("true");
  await toggle.click();
  await page.getByText("New lead, follow-up task is switched off").waitFor();
  await page.reload();
  await page.getByRole("switch", { name: "New lead, follow-up task: off" }).waitFor();

  await page.getByRole("switch", { name: "New lead, follow-up task: off" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("switch", { name: "New lead, follow-up task: off" }).waitFor();
  await page.getByRole("switch", { name: "New lead, follow-up task: off" }).click();
  await page.getByRole("switch", { name: "New lead, follow-up task: on" }).waitFor();
});

test("a run is started by hand and is seen to wait and to end, without a reload", async () => {
  await page.goto("/workflows/greeting");
  await page.getByRole("button", { name: "Start by hand" }).click();
  await page.getByLabel(/The event, as JSON/).fill('{"query": "liam"}');
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
  await page.getByText(/the end of its wait in step/).waitFor();
  await heading(/succeeded/).waitFor();
  await page.getByRole("link", { name: /report/ }).waitFor();
  await page.getByRole("link", { name: /^found/ }).click();
  await page.getByRole("heading", { level: 2, name: "found" }).waitFor();
});

test("a failed run is found by its state, says what went wrong, and is retried", async () => {
  await page.goto("/workflows/lookup");
  await page.getByRole("button", { name: "Start by hand" }).click();
  await page.getByLabel(/The event, as JSON/).fill('{"contact": "nobody0123456789abcd"}');
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await heading(/failed/).waitFor();

  await page.goto("/runs");
  await page.getByRole("group", { name: "State" }).getByRole("button", { name: "failed" }).click();
  await page.waitForURL(/state=failed/);
  await page.getByRole("row", { name: /failed.*lookup/ }).getByRole("link").first().click();
  await page.getByText(/was answered with 404/).first().waitFor();
  await page.getByText(/The app has no such record/).first().waitFor();
  const exchange = page.getByRole("region", { name: /^GET http.*nobody0123456789abcd/ });
  await exchange.getByText("HTTP 404").waitFor();
  await exchange.getByText(/headers of the request/).click();
  await exchange.getByText("***").waitFor();
  await exchange.getByText("traceId").waitFor();
  await exchange.getByRole("button", { name: "Copy as curl" }).waitFor();
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await page.getByText("The run was sent back").waitFor();
  await heading(/failed/).waitFor();
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await page.getByRole("row", { name: /retried/ }).waitFor();
});

test("runs are found by the connection that their workflow uses", async () => {
  await page.goto("/runs");
  await page.getByLabel("Connection", { exact: true }).selectOption("credly");
  await page.waitForURL(/connection=credly/);
  await page.getByRole("table", { name: "Runs" }).getByRole("link").first().waitFor();
  expect(await page.getByRole("row", { name: /lookup|greeting/ }).count()).toBe(0);
});

test("new runs come into the list by themselves", async () => {
  await page.goto("/runs?workflow=contact-to-badge");
  const newest = page.getByRole("table", { name: "Runs" }).getByRole("link").first();
  await newest.waitFor();
  const before = await newest.getAttribute("href");
  await expect.poll(() => newest.getAttribute("href"), { timeout: 20_000 }).not.toBe(before);
});
