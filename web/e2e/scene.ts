import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { launch, open } from "./browser";
import { enter } from "./enter";
import { type Highline, startHighline } from "./highline";

/** What the tests of a file share: set once they begin. */
export let highline: Highline;
export let browser: Browser;
export let page: Page;

/** A Highline with these workflows, and a page of its dashboard with a login, for the tests of a file; nothing may complain. */
export function sharedPage(workflows: Record<string, string>): void {
  let complaints: string[];

  beforeAll(async () => {
    [highline, browser] = await Promise.all([startHighline(workflows), launch()]);
    ({ page, complaints } = await open(browser, highline.url));
    await enter(page, highline);
  });

  afterAll(async () => {
    await browser?.close();
    await highline?.stop();
    expect(complaints ?? []).toEqual([]);
  });
}
