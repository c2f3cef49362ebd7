import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, open, seriousIn } from "./browser";
import { type Highline, startHighline } from "./highline";

let highline: Highline;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [highline, browser] = await Promise.all([startHighline({}), launch()]);
  ({ page, complaints } = await open(browser, highline.url));
});

afterAll(async () => {
  await browser?.close();
  await highline?.stop();
  expect(complaints ?? []).toEqual([]);
});

const logOut = () => page.getByRole("button", { name: "Log out" }).first().click();

test("without a login every page leads to the login, and from there back", async () => {
  await page.goto("/workflows?show=on");
  await page.waitForURL(/\/login\?next=/);
  expect(await seriousIn(page)).toEqual([]);
  await page.getByLabel("Token").fill("hl_wrong");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").waitFor();
  expect(page.url()).toContain("/login");
});

test("the printed link logs in once", async () => {
  await page.goto(String(highline.login));
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  expect(page.url()).not.toContain("code=");
  await logOut();
  await page.waitForURL(/\/login/);
  await page.goto(String(highline.login));
  await page.getByRole("alert").waitFor();
});

test("a token that was made logs in, and is refused when it is revoked", async () => {
  const { page: admin } = await open(browser, highline.url);
  await admin.goto(await freshLink());
  await admin.getByRole("heading", { name: "Overview" }).waitFor();
  await admin.goto("/tokens");
  await admin.getByRole("button", { name: "New token" }).click();
  await admin.getByLabel(/^Name/).fill("night shift");
  await admin.getByRole("radio", { name: /^Operator/ }).check();
  await admin.getByRole("button", { name: "Make the token" }).click();
  const secret = await admin.getByTestId("secret").innerText();
  await admin.getByRole("button", { name: "I have it" }).click();

  await page.goto("/login?next=%2Fruns");
  await page.getByLabel("Token").fill(secret);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.getByText("night shift").first().waitFor();

  await admin.getByRole("button", { name: "Revoke night shift" }).click();
  await admin.getByRole("button", { name: "Revoke it" }).click();
  await admin.getByText("night shift is revoked").waitFor();
  await page.goto("/nodes");
  await page.waitForURL(/\/login/);
  await admin.goto("/audit");
  await admin.getByRole("row", { name: /night shift/ }).first().waitFor();
});

test("who is logged in is listed, and logged out from elsewhere", async () => {
  const { page: admin } = await open(browser, highline.url);
  await admin.goto(await freshLink());
  await admin.getByRole("heading", { name: "Overview" }).waitFor();
  await admin.goto("/tokens");
  await admin.getByRole("button", { name: "New login link" }).click();
  await admin.getByLabel(/^Name/).fill("day shift");
  await admin.getByRole("radio", { name: /^Operator/ }).check();
  await admin.getByRole("button", { name: "Make the link" }).click();
  const link = await admin.getByTestId("link").innerText();
  await admin.getByRole("button", { name: "I have it" }).click();
  await admin.getByRole("row", { name: /this browser/ }).waitFor();
  expect(await seriousIn(admin)).toEqual([]);

  const { page: other } = await open(browser, highline.url);
  await other.goto(link);
  await other.getByRole("heading", { name: "Overview" }).waitFor();
  await admin.reload();
  await admin.getByRole("button", { name: "Log out day shift" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Log out" }).click();
  await admin.getByText("day shift is logged out there").waitFor();
  await expect.poll(() => admin.getByRole("row", { name: /day shift/ }).count()).toBe(0);
  await other.goto("/nodes");
  await other.waitForURL(/\/login/);

  await admin.goto("/audit");
  await admin.getByRole("button", { name: "log in", exact: true }).first().click();
  await admin.waitForURL(/action=log_in/);
  await admin.getByRole("button", { name: "without log in" }).click();
  await expect.poll(() => new URL(admin.url()).search).toBe("");
});

test("who may only look sees what they may not do, and why", async () => {
  const { page: viewer } = await open(browser, highline.url);
  await viewer.goto(await freshLink("viewer"));
  await viewer.getByRole("heading", { name: "Overview" }).waitFor();
  await viewer.goto("/workflows/contact-to-badge");
  const start = viewer.getByRole("button", { name: "Start by hand" });
  await expect.poll(() => start.getAttribute("aria-disabled")).toBe("true");
  expect(await start.getAttribute("title")).toBe("Only for operators and admins: you are logged in as viewer");
  await start.click({ force: true });
  const toggle = viewer.getByRole("switch").first();
  const was = await toggle.getAttribute("aria-checked");
  await toggle.click({ force: true });
  expect([await viewer.getByRole("dialog").count(), await toggle.getAttribute("aria-checked")]).toEqual([0, was]);
  await viewer.goto("/tokens");
  await viewer.getByText("Tokens are for admins").waitFor();
  expect(await seriousIn(viewer)).toEqual([]);
});

/** A second link: the first has been used. */
async function freshLink(role = "admin"): Promise<string> {
  const { execFileSync } = await import("node:child_process");
  const words = ["tokens", "link", "--role", role, "--data", `${highline.folder}/data`];
  const said = execFileSync(String(process.env.HIGHLINE), words, { cwd: highline.folder, encoding: "utf8" });
  const code = /\/login\?code=\S+/.exec(said)?.[0];
  if (!code) throw new Error(`no link in ${said}`);
  return highline.url + code;
}
