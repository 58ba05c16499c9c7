/** Findings of all repositories: that nobody looks is told, what is found can be narrowed, grouped and ignored. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { file, layerArchive } from "../support/layer-archive.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { ask, createRepository, pushImage } from "./content.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;

/** A Django that has vulnerabilities of which the snapshot of advisories tells. */
const djangoOf = (version: string) =>
  layerArchive([
    file(
      `usr/lib/python3/site-packages/Django-${version}.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: Django\nVersion: ${version}\n`,
    ),
  ]);
const django = djangoOf("3.2");

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  shown = await visit(browser, { origin: server.origin });
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("says that nobody looks, until enhanced scanning is enabled; then what was found is there", async () => {
  const { page, go, heading } = shown;
  await go("/security");
  await heading("Security");
  await page.getByRole("button", { name: "Enable enhanced scanning" }).click();
  await page.getByText("Enhanced scanning is on").first().waitFor();
  await createRepository(server, "team/pay");
  await pushImage(server, "team/pay", "prod", { layers: [django] });
  // By itself: the end of a scan is told live.
  await page
    .getByRole("row", { name: /CVE-.*django/ })
    .first()
    .waitFor();
  // The most urgent first, by the server.
  const table = page.getByRole("grid", { name: "Findings" });
  const numbers = (await table.getByRole("row").locator("td:nth-child(2)").allTextContents()).map(
    Number,
  );
  expect(numbers.length).toBeGreaterThan(3);
  expect(new Set(numbers).size).toBeGreaterThan(1);
  expect(numbers).toEqual(numbers.toSorted((one, other) => other - one));
  await expectAccessible(shown);
  expect(shown.problems).toEqual([]);
});

it("the trend is asked for when it is opened, and shows the images of now", async () => {
  const { page, go, heading } = shown;
  let asked = 0;
  page.on("request", (request) => {
    if (request.headers()["x-amz-target"]?.endsWith(".GetOverview")) asked += 1;
  });
  await go("/security");
  await heading("Security");
  await page
    .getByRole("row", { name: /CVE-.*django/ })
    .first()
    .waitFor();
  expect(asked).toBe(0);
  await page.getByRole("button", { name: "Trend: images by their worst finding" }).click();
  await page.getByRole("button", { name: "View as table" }).click();
  await page.getByRole("table").filter({ hasText: "Critical" }).first().waitFor();
  expect(asked).toBe(1);
  await expectAccessible(shown);
});

it("narrows and groups as the address says, and no match can be cleared", async () => {
  const { page, go, heading } = shown;
  await go("/security?cve=CVE-1999-0001");
  await heading("Security");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page
    .getByRole("row", { name: /django/ })
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Critical" }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get("severity")).toBe("CRITICAL");
  await go("/security?by=repository");
  await page.getByRole("link", { name: "team/pay" }).click();
  await page
    .getByRole("row", { name: /team\/pay:prod/ })
    .first()
    .waitFor();
  await go("/security?tab=coverage");
  await page.getByText("Scanned, and again as advisories change").first().waitFor();
  await expectAccessible(shown);
  expect(shown.problems).toEqual([]);
});

it("a CVE has a page with every image, and is ignored with reason, scope, owner and end", async () => {
  const { page, go, heading } = shown;
  await go("/security/CVE-2022-34265");
  await heading("CVE-2022-34265");
  const row = page.getByRole("row", { name: /team\/pay:prod/ });
  await row.getByText("production").waitFor();
  await row.getByText("none yet").waitFor();
  // Once a scan found the next one to be without it.
  await pushImage(server, "team/pay", "2.0", { layers: [djangoOf("99.0")] });
  await row.getByRole("link", { name: "team/pay:2.0" }).waitFor();
  await expectAccessible(shown);
  await go("/security?cve=CVE-2022-34265");
  await page
    .getByRole("row", { name: /django/ })
    .first()
    .getByRole("radio")
    .check({ force: true });
  await page.getByRole("button", { name: "Ignore" }).click();
  const dialog = page.getByRole("dialog");
  const ignore = dialog.getByRole("button", { name: "Ignore", exact: true });
  expect(await ignore.isDisabled()).toBe(true);
  await dialog.getByLabel("Reason", { exact: true }).fill("not reached");
  await dialog.getByLabel("Owner", { exact: true }).fill("ada@example.com");
  await ignore.click();
  await page.getByText("CVE-2022-34265 is ignored.").first().waitFor();
  await page.getByText("No match").waitFor();
  await page.getByRole("tab", { name: "Ignored" }).click();
  await page.getByRole("row", { name: /not reached/ }).waitFor();
  await expectAccessible(shown);
  const { waivers } = await ask<{ waivers: object[] }>(server, "entrepot:ListWaivers", {});
  expect(waivers).toMatchObject([
    { vulnerabilityId: "CVE-2022-34265", repositoryFilter: "team/pay", reason: "not reached" },
  ]);
  expect(shown.problems).toEqual([]);
});
