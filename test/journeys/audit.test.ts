/** The audit trail: spans of time, facets, files of all that is found, and records as they come. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Download, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { fillAudit } from "../support/audit-fill.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { createRepository } from "./content.ts";
import { createUser, type Person } from "./people.ts";

const records = 3_000;
const days = 30;
const pushes = records / 4;
let directory: string;
let server: RunningServer;
let browser: Browser;
let eve: Person;
let shown: Visit;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-audit-"));
  await fillAudit({ directory, records, days, until: Date.now() - 86_400_000 });
  server = await startServer({ dataDirectory: directory });
  browser = await openBrowser();
  eve = await createUser(server, "eve", ["ecr:*"]);
  shown = await opened();
});
afterEach(() => expect(shown.problems).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function opened(options: Partial<Parameters<typeof visit>[1]> = {}): Promise<Visit> {
  const visited = await visit(browser, { origin: server.origin, ...options });
  await visited.go("/");
  await signIn(visited, server);
  await visited.heading("Overview");
  return visited;
}

const plot = (page: Page) => page.getByRole("group", { name: "Records over time" });
const handle = (page: Page, end: "First" | "Last") =>
  page.getByRole("slider", { name: `${end} bar of the span` });
const countOf = async (page: Page) => {
  const title = page.getByRole("heading", { name: /^Records over time/ });
  const text = (await title.textContent()) ?? "";
  return Number(/\(([\d,]+)\)/.exec(text)?.[1]?.replaceAll(",", ""));
};
const spanOf = (page: Page) => {
  const { searchParams } = new URL(page.url());
  return [searchParams.get("since"), searchParams.get("until")] as const;
};
const textOf = async (download: Download) => readFile(await download.path(), "utf8");

async function exported(page: Page, format: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: format, exact: true }).click(),
  ]);
  return textOf(download);
}

/** Where bars stand: a share of the plot. */
async function dragOver(page: Page, from: number, to: number): Promise<void> {
  const { x, y, width } = (await plot(page).boundingBox())!;
  await page.mouse.move(x + width * from, y + 40);
  await page.mouse.down();
  await page.mouse.move(x + (width * (from + to)) / 2, y + 50);
  await page.mouse.move(x + width * to, y + 60);
  await page.mouse.up();
}

/** The same with a finger. */
async function swipeOver({ page, context }: Visit, from: number, to: number): Promise<void> {
  await plot(page).scrollIntoViewIfNeeded();
  const { x, y, width } = (await plot(page).boundingBox())!;
  const session = await context.newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...shares: number[]) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: shares.map((share) => ({ x: x + width * share, y: y + 50 })),
    });
  await touch("touchStart", from);
  for (const part of [0.2, 0.4, 0.6, 0.8, 1]) await touch("touchMove", from + (to - from) * part);
  await touch("touchEnd");
}

it("a span that is dragged over bars narrows the list, and stands in the address", async () => {
  const { page, go, heading } = shown;
  await go("/audit?what=PutImage");
  await heading("Audit trail");
  await expect.poll(() => countOf(page)).toBe(pushes);
  await dragOver(page, 0.25, 0.5);
  await expect.poll(() => spanOf(page)[0]).not.toBe(null);
  await expect.poll(() => countOf(page)).toBeLessThan(pushes / 2);
  const count = await countOf(page);
  expect(count).toBeGreaterThan(pushes / 10);
  const [since, until] = spanOf(page).map((text) => Date.parse(text ?? "")) as [number, number];
  const lines = (await exported(page, "NDJSON")).trim().split("\n");
  expect(lines).toHaveLength(count);
  for (const line of lines) {
    const { eventTime, eventName } = JSON.parse(line) as Record<string, string>;
    expect(eventName).toBe("PutImage");
    expect(Date.parse(eventTime ?? "")).toBeGreaterThanOrEqual(since);
    expect(Date.parse(eventTime ?? "")).toBeLessThanOrEqual(until);
  }
  await page.reload();
  await expect.poll(() => countOf(page)).toBe(count);
  await page.getByRole("button", { name: "View as table" }).click();
  await page.getByRole("table", { name: "Records over time" }).getByRole("row").nth(1).waitFor();
  await page.getByRole("button", { name: "Clear span" }).click();
  await expect.poll(() => countOf(page)).toBe(pushes);
  expect(spanOf(page)).toEqual([null, null]);
  await page.goBack();
  await expect.poll(() => countOf(page)).toBe(count);
});

it("a span is chosen by the keyboard, and told", async () => {
  const { page, go, heading } = shown;
  await go("/audit?what=PutImage");
  await heading("Audit trail");
  await expect.poll(() => countOf(page)).toBe(pushes);
  const first = handle(page, "First");
  await first.focus();
  const before = await first.getAttribute("aria-valuetext");
  await page.keyboard.press("PageUp");
  await page.keyboard.press("ArrowRight");
  expect(await first.getAttribute("aria-valuenow")).toBe("11");
  const after = await first.getAttribute("aria-valuetext");
  expect(after).not.toBe(before);
  expect(after).toMatch(/: \d+ records?/);
  await page.keyboard.press("Escape");
  expect(await first.getAttribute("aria-valuenow")).toBe("0");
  expect(spanOf(page)[0]).toBe(null);
  await page.keyboard.press("PageUp");
  await page.keyboard.press("Enter");
  await expect.poll(() => countOf(page)).toBeLessThan(pushes);
  expect(spanOf(page)[0]).not.toBe(null);
  expect(await first.evaluate((element) => element.matches(":focus"))).toBe(true);
  const live = page.locator("[aria-live=polite]", { hasText: /\d{2} to \d{4}.*records/ });
  await expect.poll(() => live.count()).toBeGreaterThan(0);
  await page.keyboard.press("Escape");
  await expect.poll(() => countOf(page)).toBe(pushes);
});

it("facets offer what there is with how many, and combine", async () => {
  const { page, go, heading } = shown;
  await go("/audit?what=PutImage");
  await heading("Audit trail");
  await expect.poll(() => countOf(page)).toBe(pushes);
  const decision = page.getByRole("combobox", { name: "Decision" });
  await page.getByRole("combobox", { name: "Who" }).click();
  await page.getByRole("option", { name: /user\/ann.*750/ }).click();
  await expect.poll(() => countOf(page)).toBe(pushes);
  await page.getByRole("combobox", { name: "Resource" }).fill("app-4");
  await page.getByRole("option", { name: /app-4.*150/ }).click();
  await expect.poll(() => countOf(page)).toBe(150);
  expect(new URL(page.url()).searchParams.get("resource")).toMatch(/repository\/team\/app-4$/);
  await decision.click();
  await page.getByText("No records").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByLabel("Failures only").click();
  await expect.poll(() => countOf(page)).toBe(0);
  await page.getByText("No match").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect.poll(() => countOf(page)).toBeGreaterThan(records);
  await page.getByRole("combobox", { name: "Who" }).fill("bo");
  await page.keyboard.press("Enter");
  await decision.click();
  await page.getByRole("option", { name: /AccessDeniedException.*300/ }).click();
  await expect.poll(() => countOf(page)).toBe(300);
  await page.getByText("bo may not, by no policy.").first().waitFor();
});

it("files hold all that the filter finds, without secrets, and nothing that computes", async () => {
  const { page, go, heading } = shown;
  await go("/audit?userAgent=%3Dcmd");
  await heading("Audit trail");
  await expect.poll(() => countOf(page)).toBe(records / 100);
  const csv = (await exported(page, "CSV")).split("\r\n");
  expect(csv).toHaveLength(records / 100 + 1);
  expect(csv.slice(1).every((line) => line.includes(`"'=cmd()"`))).toBe(true);
  await go("/audit");
  await heading("Audit trail");
  await expect.poll(() => countOf(page)).toBeGreaterThan(records);
  const all = JSON.parse(await exported(page, "JSON")) as { eventID: string; eventName: string }[];
  expect(all.filter(({ eventID }) => eventID.startsWith("fill-"))).toHaveLength(records);
  expect(new Set(all.map(({ eventID }) => eventID)).size).toBe(all.length);
  const made = all.filter(({ eventName }) => eventName === "CreateAccessKey");
  expect(JSON.stringify(made)).toContain("HIDDEN_DUE_TO_SECURITY_REASONS");
  expect(JSON.stringify(all)).not.toContain(eve.secretAccessKey);
  await page.getByText(/^Exported: 3,0\d\d$/).waitFor();
});

it("an export is left off by a button, and leaves no file", async () => {
  const { page, go, heading } = shown;
  await go("/audit?who=ann");
  await heading("Audit trail");
  await expect.poll(() => countOf(page)).toBe(records / 2);
  let downloads = 0;
  page.on("download", () => {
    downloads += 1;
  });
  let held: (() => void) | undefined;
  const isLater = (text: string | null) => text?.includes("nextToken") === true;
  await page.route("**/", async (route) => {
    if (isLater(route.request().postData())) await new Promise<void>((go) => (held = go));
    await route.continue().catch(() => undefined);
  });
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.getByText("Exporting: 1,000 so far").waitFor();
  await page.getByRole("button", { name: "Cancel export" }).click();
  held?.();
  await page.unroute("**/");
  await page.getByRole("button", { name: "Cancel export" }).waitFor({ state: "detached" });
  expect(await page.getByRole("button", { name: "JSON", exact: true }).isEnabled()).toBe(true);
  expect(downloads).toBe(0);
});

it("what comes live stands on top, and what is looked at stays where it is", async () => {
  const { page, go, heading } = shown;
  await go("/audit?live=1&changes=1");
  await heading("Audit trail");
  const table = page.getByRole("grid", { name: "Audit trail" });
  await table.getByRole("row").nth(40).waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await expect.poll(() => table.getByRole("row").count()).toBe(101);
  const last = await table.getByRole("row").last().textContent();
  const looked = table.getByRole("row").nth(60);
  const name = await looked.getByRole("button").getAttribute("aria-label");
  const row = table.getByRole("row").filter({ has: page.getByRole("button", { name: name! }) });
  await row.scrollIntoViewIfNeeded();
  const top = async () => Math.round((await row.boundingBox())?.y ?? -1);
  const before = await top();
  await createRepository(server, "team/live");
  await expect
    .poll(async () => (await table.getByRole("row").nth(1).textContent()) ?? "")
    .toMatch(/CreateRepository.*team\/live/);
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(4);
  expect(await table.getByRole("row").count()).toBe(102);
  expect(await table.getByRole("row").last().textContent()).toBe(last);
  await table
    .getByRole("button", { name: /^CreateRepository of/ })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: "Record" });
  await dialog.getByText('"repositoryName": "team/live"').first().waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

it("live, its own looks at the trail push nothing off it, and a line says so", async () => {
  const { page, go, heading } = shown;
  await go("/audit?live=1");
  await heading("Audit trail");
  const table = page.getByRole("grid", { name: "Audit trail" });
  await page.getByText("Your own looks at the trail").waitFor();
  await createRepository(server, "team/looked");
  await expect.poll(() => table.innerText()).toMatch(/CreateRepository\s+repository\/team\/looked/);
  expect(await table.getByRole("button", { name: /^(Search|Count)Audit of/ }).count()).toBe(0);
  await go("/audit?live=1&what=SearchAudit"); // Who asks for them has them.
  await table
    .getByRole("button", { name: /^SearchAudit of/ })
    .first()
    .waitFor();
});

it("bars have the colours of the theme", async () => {
  const colourOf = ({ page }: Visit) =>
    page.evaluate<string>(`(() => {
      const failed = document.querySelector(".brush-legend span:last-child");
      return getComputedStyle(failed, "::before").backgroundColor;
    })()`);
  const dark = await opened({ colorScheme: "dark" });
  for (const each of [shown, dark]) {
    await each.go("/audit");
    await each.page.locator(".brush-legend").waitFor();
  }
  expect([await colourOf(shown), await colourOf(dark)]).toEqual([
    "rgb(125, 33, 5)",
    "rgb(214, 63, 56)",
  ]);
  await dark.close();
});

it.each([
  ["light", 1280],
  ["dark", 1280],
  ["dark", 375],
] as const)("keeps nobody out in %s, %i pixels wide", async (colorScheme, width) => {
  const visited = await opened({ colorScheme, width });
  const { page, go, heading } = visited;
  await go("/audit?what=PutImage");
  await heading("Audit trail");
  await expect.poll(() => countOf(page)).toBe(pushes);
  await expectAccessible(visited);
  if (width < 1_000) await swipeOver(visited, 0.5, 0.8);
  else await dragOver(page, 0.5, 0.8);
  await expect.poll(() => countOf(page)).toBeLessThan(pushes);
  await expectAccessible(visited);
  const isWider = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
  expect(await page.evaluate(isWider)).toBe(false);
  expect(visited.problems).toEqual([]);
  await visited.close();
});
