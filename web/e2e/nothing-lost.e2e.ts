import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { open, seriousIn } from "./browser";
import { LOOKUP } from "./examples";
import { browser, highline, page, sharedPage } from "./scene";

sharedPage({ lookup: LOOKUP });

const file = () => join(highline.folder, "workflows/lookup.yaml");
const onDisk = () => readFileSync(file(), "utf8");
const save = () => page.getByRole("button", { name: "Save", exact: true });
const line = (text: string) => page.locator(".cm-line", { hasText: text });

async function replaceLine(from: string, to: string): Promise<void> {
  await line(from).click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await page.keyboard.type(to);
}

/** A promise that is kept when the test says so. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((done) => (open = done));
  return { open, passed };
}

test("what is typed while a save is under way stays, and the text before it does not come back", async () => {
  await page.goto("/workflows/lookup?tab=yaml");
  await page.getByText("nothing is wrong").waitFor();
  await replaceLine("name: Look up a contact", "name: Look up one");
  await page.getByText("nothing is wrong").waitFor();
  const [put, get] = [gate(), gate()];
  await page.route("**/api/v1/workflows/lookup", async (route) => {
    await (route.request().method() === "PUT" ? put : get).passed;
    // Another answer may have been asked for meanwhile, and this one be wanted no more.
    await route.continue().catch(() => undefined);
  });
  await save().click();
  await page.keyboard.press("Control+s");
  await line("name: Look up one").click();
  await page.keyboard.press("End");
  await page.keyboard.type(" and more");
  put.open();
  await page.getByText(/Saved as revision 2/).waitFor();
  await line("name: Look up one and more").waitFor();
  await page.getByText("not saved").waitFor();
  get.open();
  await page.unroute("**/api/v1/workflows/lookup");
  await page.getByText("revision 2", { exact: true }).waitFor();
  expect(onDisk()).toContain("name: Look up one\n");
  await page.getByText("nothing is wrong").waitFor();
  await save().click();
  await page.getByText(/Saved as revision 3/).waitFor();
  expect(onDisk()).toContain("name: Look up one and more\n");
  expect(await page.getByText("not saved").count()).toBe(0);
});

test("what a wrong file says is shown where it is wrong, and mended", async () => {
  writeFileSync(file(), LOOKUP.replace("highlevel.contacts.get", "highlevel.contacts.gett"));
  await page.getByText("The file is wrong; the revision before goes on").waitFor();
  await page.getByText("What the file says is wrong and is not in use.").waitFor();
  expect(await seriousIn(page)).toEqual([]);
  await page.getByRole("button", { name: "Edit the file's text" }).click();
  await page.locator(".cm-lintRange-error", { hasText: "highlevel.contacts.gett" }).waitFor();
  await replaceLine("use: highlevel.contacts.gett", "use: highlevel.contacts.get");
  await page.getByText("nothing is wrong").waitFor();
  await save().click();
  await page.getByText(/Saved as revision 4, and in/).waitFor();
  expect(onDisk()).toBe(LOOKUP);
  await expect.poll(() => page.getByText("The file is wrong").count()).toBe(0);
});

test("a wrong file is replaced by the text in use after asking", async () => {
  writeFileSync(file(), "name: [broken");
  await page.getByRole("button", { name: "Replace the file" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replace it" }).click();
  await page.getByText(/says again what revision 4 says/).waitFor();
  expect(onDisk()).toBe(LOOKUP);
  await expect.poll(() => page.getByText(/file is wrong|something else than revision/).count()).toBe(0);
});

test("the search for runs keeps the focus and each letter while its answers come", async () => {
  await page.goto("/runs");
  const field = page.getByLabel("Search runs");
  await field.focus();
  let typed = "";
  for (const part of ["no", "thing", " like", " this"]) {
    await page.keyboard.type(part);
    typed += part;
    await page.waitForURL((url) => url.searchParams.get("text") === typed);
    expect([await field.inputValue(), await page.evaluate("document.activeElement?.getAttribute('aria-label')")]).toEqual([typed, "Search runs"]);
  }
  await page.getByText("No run is like this").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await expect.poll(() => field.inputValue()).toBe("");
});

test("a search whose newer runs have no hit looks further back, and goes on when asked", async () => {
  let answers = 0;
  let last = false;
  await page.route(/\/api\/v1\/runs\?.*text=rare/, async (route) => {
    answers += 1;
    await route.fulfill({ json: { runs: [], next: last ? null : `00000000-0000-7000-8000-${String(1_000 - answers).padStart(12, "0")}` } });
  });
  await page.goto("/runs?text=rare");
  await page.getByText("None of the newer runs is like this").waitFor();
  expect(await page.getByText("No run is like this").count()).toBe(0);
  const looked = answers;
  expect(looked).toBeGreaterThan(3);
  last = true;
  await page.getByRole("button", { name: "Look further back" }).click();
  await page.getByText("No run is like this").waitFor();
  expect(answers).toBeLessThan(looked + 5);
  await page.unroute(/\/api\/v1\/runs\?.*text=rare/);
});

const focused = () => page.evaluate("document.activeElement?.textContent?.trim()");

test("a dialog gives the focus back, and a press beside it does not throw away what was typed", async () => {
  await page.goto("/workflows/lookup?tab=revisions");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
  expect([await page.getByRole("dialog").count(), await focused()]).toEqual([0, "Delete"]);
  await page.getByRole("button", { name: "Start by hand" }).click();
  await page.mouse.click(5, 5);
  await expect.poll(focused).toBe("Start by hand");
  await page.getByRole("button", { name: "Start by hand" }).click();
  const event = page.getByLabel(/The event, as JSON/);
  await event.fill('{"contact": "one"}');
  await page.mouse.click(5, 5);
  expect(await event.inputValue()).toBe('{"contact": "one"}');
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  expect([await page.getByRole("dialog").count(), await focused()]).toEqual([0, "Start by hand"]);
});

test("text is copied also where the page has no clipboard", async () => {
  const { page: plain } = await open(browser, highline.url, { state: await page.context().storageState() });
  await plain.addInitScript(() => Object.defineProperty(window, "isSecureContext", { value: false }));
  await plain.goto("/workflows/lookup?tab=yaml");
  await plain.getByRole("button", { name: "Copy the text" }).click();
  await plain.getByRole("button", { name: "Copied" }).waitFor();
  await plain.goto("/runs");
  await plain.getByLabel("Search runs").focus();
  await plain.keyboard.press("Control+v");
  expect(await plain.getByLabel("Search runs").inputValue()).toContain("name: Look up a contact");
  await plain.context().close();
});
