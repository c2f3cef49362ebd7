import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

export interface Opened {
  page: Page;
  /** What the page complained of: errors of its scripts, and what its policy refused. */
  complaints: string[];
}

interface Look {
  width?: number;
  theme?: "light" | "dark";
  /** Of a context that is logged in. */
  state?: Awaited<ReturnType<BrowserContext["storageState"]>>;
}

export async function open(browser: Browser, base: string, look: Look = {}): Promise<Opened> {
  const width = look.width ?? 1280;
  const context = await browser.newContext({
    baseURL: base,
    storageState: look.state,
    viewport: { width, height: width < 600 ? 800 : 860 },
    colorScheme: look.theme ?? "light",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`refused: ${event.violatedDirective} ${event.sample} ${event.sourceFile}:${event.lineNumber}:${event.columnNumber}`));
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // What the server refuses is said on the page, and some tests want it refused.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) complaints.push(`a request to ${request.url()}`);
  });
  return { page, complaints };
}

/** Waits until nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.locator("main .animate-pulse:not([style])").count(), { timeout: 15_000 }).toBe(0);
  await page.evaluate("document.fonts.ready.then(() => true)");
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe-core finds of serious and critical in the page as it stands. */
export async function seriousIn(page: Page): Promise<string[]> {
  // By the debugger and not as an element, which the page's policy would refuse.
  await page.evaluate(AXE);
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations)")) as Violation[];
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} (${node.failureSummary})`).join("; ")}`);
}
