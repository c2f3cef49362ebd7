import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seriousIn } from "./browser";
import { LOOKUP } from "./examples";
import { highline, page, sharedPage } from "./scene";

sharedPage({ lookup: LOOKUP });

const save = () => page.getByRole("button", { name: "Save", exact: true });
const onDisk = () => readFileSync(join(highline.folder, "workflows/lookup.yaml"), "utf8");

async function replaceLine(from: string, to: string): Promise<void> {
  await page.locator(".cm-line", { hasText: from }).click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await page.keyboard.type(to);
}

test("a mistake in the YAML is marked where it is, and cannot be saved", async () => {
  await page.goto("/workflows/lookup?tab=yaml");
  await page.locator(".cm-line", { hasText: "use: highlevel.contacts.get" }).waitFor();
  await replaceLine("use: highlevel.contacts.get", "use: highlevel.contacts.gett");
  const marked = page.locator(".cm-lintRange-error");
  await marked.waitFor();
  expect(await marked.innerText()).toContain("highlevel.contacts.gett");
  const problem = page.getByRole("region", { name: "Problems" }).getByRole("button", { name: /highlevel\.contacts\.gett/ });
  await problem.waitFor();
  expect(await problem.innerText()).toMatch(/5:\d+/);
  expect(await save().isDisabled()).toBe(true);
});

test("the mended text is saved as a revision and in its file, shown as a difference, and rolled back", async () => {
  await replaceLine("use: highlevel.contacts.gett", "use: highlevel.contacts.get");
  await replaceLine("name: Look up a contact", "name: Look up one contact");
  await page.getByText("nothing is wrong").waitFor();
  await save().click();
  await page.getByText(/Saved as revision 2/).waitFor();
  await expect.poll(onDisk).toContain("name: Look up one contact");

  await page.getByRole("link", { name: "Revisions" }).click();
  await page.getByRole("group", { name: "Differences" }).getByText("name: Look up one contact").waitFor();
  await page.getByRole("link", { name: "Revision 1" }).click();
  await page.getByRole("button", { name: "Roll back to this" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
  await page.getByText(/in use again, as revision 3/).waitFor();
  await expect.poll(onDisk).toBe(LOOKUP);
});

test("a new workflow is checked, drawn and saved", async () => {
  await page.goto("/workflows/new");
  await page.getByText("nothing is wrong").waitFor();
  await page.getByText("highlevel.contacts.notes.create").last().waitFor();
  await save().click();
  await page.getByRole("heading", { level: 1, name: /A note for every new contact/ }).waitFor();
  await page.getByText("Trigger", { exact: true }).waitFor();
});

test("what may stand somewhere is offered, and typed over a selection", async () => {
  await page.goto("/workflows/new");
  await page.getByText("nothing is wrong").waitFor();
  await page.locator(".cm-line", { hasText: "contactId:" }).click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("us");
  const offered = page.locator(".cm-tooltip-autocomplete li");
  await offered.filter({ hasText: "userId" }).first().waitFor();
  expect(await seriousIn(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.locator(".cm-line", { hasText: "userId: " }).waitFor();
  await replaceLine("  use: highlevel.contacts.search", "  use: highlevel.conv");
  await offered.filter({ hasText: "highlevel.conversations" }).first().waitFor();
  await page.keyboard.press("Escape");
});

test("an operation is tried out by its form and becomes YAML", async () => {
  await page.goto("/catalog?text=contact%20tag");
  await page.getByRole("link", { name: "Add Tags", exact: false }).first().click();
  await page.goto("/catalog/highlevel.contacts.search");
  await page.getByRole("textbox", { name: /^Text query/ }).fill("liam");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText(/took \d+ ms/).waitFor();
  expect(await page.getByLabel("YAML", { exact: true }).innerText()).toContain("query: liam");
});
