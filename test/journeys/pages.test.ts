/** Every page, in light and dark: it is there, says what it is, and keeps to its rules. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { createRepository, pushImage } from "./content.ts";

let server: RunningServer;
let browser: Browser;
let digest: string;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  await createRepository(server, "team/pay");
  digest = await pushImage(server, "team/pay", "1.0");
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const places: readonly (readonly [path: () => string, heading: string])[] = [
  [() => "/", "Overview"],
  [() => "/repositories", "Repositories"],
  [() => "/repositories?view=tree", "Repositories"],
  [() => "/repositories/create", "Create repository"],
  [() => "/r/team/pay/-/images", "team/pay"],
  [() => "/r/team/pay/-/summary", "team/pay"],
  [() => "/r/team/pay/-/history", "team/pay"],
  [() => "/r/team/pay/-/lifecycle", "team/pay"],
  [() => "/r/team/pay/-/permissions", "team/pay"],
  [() => "/r/team/pay/-/settings", "team/pay"],
  [() => `/r/team/pay/-/i/${digest}`, "team/pay:1.0"],
  [() => `/r/team/pay/-/i/${digest}?tab=layers`, "team/pay:1.0"],
  [() => `/r/team/pay/-/i/${digest}?tab=findings`, "team/pay:1.0"],
  [() => `/r/team/pay/-/i/${digest}?tab=referrers`, "team/pay:1.0"],
  [() => `/r/team/pay/-/i/${digest}?tab=raw`, "team/pay:1.0"],
  [() => `/r/team/pay/-/i/${digest}?tab=packages`, "team/pay:1.0"],
  [() => `/r/team/pay/-/i/${digest}?tab=activity`, "team/pay:1.0"],
  [() => "/compare", "Compare"],
  [() => `/compare?a=team/pay:1.0&b=team/pay@${digest}`, "Compare"],
  [() => "/keys", "Keys"],
  [() => "/audit", "Audit trail"],
  [() => "/settings", "Settings"],
  [() => "/settings?tab=scanning", "Settings"],
  [() => "/settings?tab=signing", "Settings"],
  [() => "/settings?tab=push", "Settings"],
  [() => "/settings?tab=exclusions", "Settings"],
  [() => "/settings?tab=account", "Settings"],
  [() => "/settings?tab=jobs", "Settings"],
  [() => "/gallery", "Private gallery"],
  [() => "/pull-through", "Pull through cache"],
  [() => "/pull-through/create", "Pull through cache"],
  [() => "/costs", "Costs"],
  [() => "/templates", "Creation templates"],
  [() => "/replication", "Replication"],
  [() => "/access", "Access"],
  [() => "/access?tab=simulator", "Access"],
  [() => "/access?tab=sign-on", "Access"],
  [() => "/security", "Security"],
  [() => "/reviews", "Reviews"],
  [() => "/no-such-place", "There is no such page."],
];

describe.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 375],
] as const)("in %s, %i pixels wide", (colorScheme, width) => {
  let shown: Visit;
  beforeAll(async () => {
    shown = await visit(browser, { origin: server.origin, colorScheme, width });
    await shown.go("/");
    await signIn(shown, server);
    await shown.heading("Overview");
  });
  afterAll(() => shown?.close());

  it.each(places)("%o has the heading %s, and keeps nobody out", async (path, heading) => {
    await shown.go(path());
    await shown.heading(heading);
    await shown.page.waitForLoadState("load");
    await expect.poll(() => shown.page.getByText("Loading", { exact: true }).count()).toBe(0);
    await expectAccessible(shown);
    expect(shown.problems).toEqual([]);
  });
});

it("what a page is made of may be kept for ever, and names no other origin", async () => {
  const page = await fetch(`${server.origin}/console/repositories`);
  expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'self';/);
  expect(page.headers.get("content-security-policy")).not.toMatch(/unsafe|https?:/);
  const text = await page.text();
  expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  const assets = [...text.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(
    ([, url]) => url,
  );
  expect(assets.length).toBeGreaterThan(0);
  for (const url of assets) {
    expect(url).toMatch(/-[\w-]{8}\.(js|css)$/);
    const asset = await fetch(`${server.origin}${url}`);
    expect(asset.headers.get("cache-control")).toContain("immutable");
  }
  expect((await fetch(`${server.origin}/console/assets/gone.js`)).status).toBe(404);
});

it("the theme that was chosen survives a reload", async () => {
  const shown = await visit(browser, { origin: server.origin });
  const { page, go, heading } = shown;
  await go("/");
  await signIn(shown, server);
  await heading("Overview");
  const ink = () => page.evaluate<string>("getComputedStyle(document.querySelector('h1')).color");
  const light = await ink();
  await page.getByRole("button", { name: /^Theme/ }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  await expect.poll(ink).not.toBe(light);
  const dark = await ink();
  await page.reload();
  await heading("Overview");
  expect(await ink()).toBe(dark);
  await shown.close();
});
