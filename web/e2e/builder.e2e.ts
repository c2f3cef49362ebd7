import { expect, test } from "vitest";
import { seriousIn } from "./browser";
import { LOOKUP, NOTED } from "./examples";
import { page, sharedPage } from "./scene";

sharedPage({ lookup: LOOKUP, noted: NOTED });

const line = (text: string) => page.locator(".cm-line", { hasText: text });
const offered = () => page.locator(".cm-tooltip-autocomplete li");

test("a new workflow begins with one of the examples, and what was written is not left without asking", async () => {
  await page.goto("/workflows/new");
  await page.getByLabel("Begin with").selectOption("Form to contact");
  await line("webhook:").waitFor();
  await page.getByText("nothing is wrong").waitFor();
  await page.getByLabel("Begin with").selectOption("Nearly nothing");
  await line("trigger: manual").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" # mine");
  let asked = "";
  page.once("dialog", (dialog) => {
    asked = dialog.message();
    void dialog.dismiss();
  });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Runs" }).click();
  await expect.poll(() => asked).toContain("not saved");
  await line("# mine").waitFor();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Runs" }).click();
  await page.waitForURL(/\/runs/);
});

test("inside a template its event, steps and helpers are offered, with the fields that the server knows", async () => {
  await page.goto("/workflows/lookup?tab=yaml");
  await page.getByText("nothing is wrong").waitFor();
  await line("set: {").click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await page.keyboard.type('set: { email: "{{ ');
  await offered().filter({ hasText: "trigger" }).first().waitFor();
  await page.keyboard.type("defa");
  await offered().filter({ hasText: "default" }).filter({ hasText: "value fallback" }).click();
  await page.keyboard.type("steps.");
  await offered().filter({ hasText: "contact" }).first().click();
  await page.keyboard.type(".ema");
  await offered().filter({ hasText: "email" }).first().waitFor();
  expect(await seriousIn(page)).toEqual([]);
  await offered().filter({ hasText: "email" }).first().click();
  await page.keyboard.type(" 'none'");
  await line("{{ default steps.contact.email 'none' }}").waitFor();
  await page.getByText("nothing is wrong").waitFor();
  await page.getByRole("button", { name: "Undo all" }).click();
});

test("the keyboard goes through the graph to what a step says, and on to its line in the text", async () => {
  await page.goto("/workflows/lookup");
  await page.getByText("It is started by hand, and it has not run yet").waitFor();
  const trigger = page.getByRole("group", { name: "Graph" }).getByRole("button", { name: /^Trigger/ });
  await trigger.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/step=contact/);
  await page.getByRole("heading", { level: 2, name: "contact" }).waitFor();
  expect(await page.getByLabel("Text of contact").innerText()).toBe('- id: contact\n  use: highlevel.contacts.get\n  connection: acme\n  with: { contactId: "{{ trigger.contact }}" }');
  expect(await seriousIn(page)).toEqual([]);
  await page.getByRole("link", { name: "Edit at line 4" }).click();
  await page.locator(".cm-activeLine", { hasText: "id: contact" }).waitFor();
});

test("a dry run takes a sample, shows each step and sends no write", async () => {
  await page.goto("/workflows/noted");
  await page.getByRole("button", { name: "Dry run" }).click();
  const said = page.getByRole("region", { name: "Dry run" });
  await said.getByText("with a sample as event; no write was sent").waitFor();
  expect(await said.locator("summary").count()).toBeGreaterThan(0);
  await page.keyboard.press("Escape");
});

test("two revisions are compared as one likes, and the whole text of one is shown", async () => {
  await page.goto("/workflows/lookup?tab=yaml");
  for (const name of ["Second", "Third"]) {
    await line("name:").click();
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+End");
    await page.keyboard.type(`name: ${name}`);
    await page.getByText("nothing is wrong").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  }
  await page.getByRole("link", { name: "Revisions" }).click();
  await page.getByLabel("Compare with").selectOption("compared with revision 1");
  await page.getByRole("group", { name: "Differences" }).getByText("name: Look up a contact").waitFor();
  await page.getByLabel("Compare with").selectOption("the whole text");
  await page.getByRole("heading", { level: 2, name: "The text of revision 3" }).waitFor();
});

test("a part of what a run was given is copied as a template, and the run is deleted", async () => {
  await page.goto("/workflows/lookup");
  await page.getByRole("button", { name: "Start by hand" }).click();
  await page.getByLabel(/The event, as JSON/).fill('{"contact": "V92HMhmlcRdUIBW3nTCA"}');
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: /lookup (succeeded|failed)/ }).waitFor();
  await page.getByRole("link", { name: "Event", exact: true }).click();
  await page.getByText("V92HMhmlcRdUIBW3nTCA", { exact: true }).hover();
  await page.getByRole("button", { name: "Copy {{ trigger.contact }}" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  await page.getByRole("button", { name: "Delete this run" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete it" }).click();
  await page.waitForURL(/\/runs\?workflow=lookup/);
  await page.getByText("No run is like this").waitFor();
});

test("a login that ends while somebody writes is made again in its place", async () => {
  await page.goto("/workflows/lookup?tab=yaml");
  await line("name: Third").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" draft");
  const secret = await page.evaluate<string>(`fetch("/api/v1/tokens", {
    method: "POST",
    headers: { "X-Highline-Csrf": "1", "Content-Type": "application/json" },
    body: JSON.stringify({ name: "again", role: "admin" }),
  }).then((answer) => answer.json()).then((made) => made.secret)`);
  await page.context().clearCookies();
  await page.getByRole("dialog", { name: "Your login is over" }).waitFor({ timeout: 20_000 });
  expect(await seriousIn(page)).toEqual([]);
  await page.getByRole("dialog").getByLabel("Token").fill("hl_wrong");
  await page.getByRole("dialog").getByRole("button", { name: "Log in" }).click();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  await page.getByRole("dialog").getByLabel("Token").fill(secret);
  await page.getByRole("dialog").getByRole("button", { name: "Log in" }).click();
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  await line("name: Third draft").waitFor();
  await page.getByText("nothing is wrong").waitFor();
  await page.getByRole("button", { name: "Undo all" }).click();
});
