/** Acceptance stories 5 and 6: an index with what is attached to it, and the layers of an image. */
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, tabTo, type Visit } from "./browser.ts";
import { createRepository, pushImage, pushIndex, pushManifest } from "./content.ts";
import { signedIn } from "./signed-in.ts";

const signature = "application/vnd.cncf.notary.signature";
const sbom = "application/spdx+json";
let server: RunningServer;
let shown: Visit;

signedIn((started, page) => {
  [server, shown] = [started, page];
});

it("an index is one row, and unfolds to its platforms and what is attached", async () => {
  await createRepository(server, "team/many");
  const subject = await pushIndex(server, "team/many", "v1", ["amd64", "arm64"]);
  for (const type of [signature, sbom]) {
    const artifact = { type, content: `{"of":"${type}"}` };
    await pushManifest(server, "team/many", undefined, { artifact, subject });
  }
  const { page, go, heading } = shown;
  await go("/r/team/many/-/images");
  await heading("team/many");
  await page.getByRole("link", { name: "v1", exact: true }).waitFor();
  // The head, and the index: neither its platforms nor what is attached have rows of their own.
  expect(await page.getByRole("row").count()).toBe(2);
  await page.getByRole("button", { name: "Show what is folded under v1" }).click();
  await page.getByRole("link", { name: "linux/amd64" }).waitFor();
  await page.getByRole("link", { name: "linux/arm64" }).waitFor();
  await page.getByRole("link", { name: new RegExp(sbom.replace("+", "\\+")) }).waitFor();
  await expectAccessible(shown);
  await page.getByRole("link", { name: new RegExp(signature) }).click();
  await heading("team/many:v1");
  for (const type of [signature, sbom]) await page.getByText(type).first().waitFor();
});

it("five layers have the sizes that add up, their commands, areas, and who else has them", async () => {
  for (const name of ["team/five", "team/base"]) await createRepository(server, name);
  const layerSizes = [90_000, 50_000, 30_000, 20_000, 10_000];
  await pushImage(server, "team/base", "v1", { layerSizes: [90_000], seed: "five" });
  const digest = await pushImage(server, "team/five", "v1", { layerSizes, seed: "five" });
  const { page, go, heading } = shown;
  await go(`/r/team/five/-/i/${digest}?tab=layers`);
  await heading("team/five:v1");
  await page.getByRole("link", { name: "team/base" }).waitFor();
  const table = page.getByRole("table", { name: "Layers" });
  const cells = await table.getByRole("cell").allTextContents();
  const sizes = cells.flatMap((text) => /^([\d.]+) KiB$/.exec(text)?.[1] ?? []).map(Number);
  expect(sizes).toHaveLength(5);
  const commands = cells.filter((text) => /^RUN step \d$/.test(text));
  expect(commands).toEqual([1, 2, 3, 4, 5].map((step) => `RUN step ${step}`));
  const [, total = ""] = /Total: ([\d.]+) KiB/.exec((await page.content()) ?? "") ?? [];
  const sum = sizes.reduce((total, size) => total + size, 0);
  expect(Math.abs(sum - Number(total))).toBeLessThanOrEqual(1); // It is shown without decimals.
  await table.getByRole("link", { name: "team/base" }).waitFor();
  const areas = await page
    .getByRole("list", { name: "Layers" })
    .locator("rect")
    .evaluateAll((rects) =>
      rects.map((rect) => Number(rect.getAttribute("width")) * Number(rect.getAttribute("height"))),
    );
  const whole = areas.reduce((sum, area) => sum + area, 0);
  for (const [at, area] of areas.entries()) {
    expect(area / whole).toBeCloseTo(sizes[at]! / sum, 2);
  }
  await tabTo(page, page.getByRole("listitem", { name: /^5: .*step 5/ }));
});

it("the list tells of an image what comes back when it goes, beside its size", async () => {
  const { page, go, heading } = shown;
  await go("/r/team/five/-/images");
  await heading("team/five");
  await page.getByRole("columnheader", { name: "Unique size" }).waitFor();
  const row = page.getByRole("row").filter({ hasText: "v1" });
  await row.first().waitFor();
  const cells = await row.first().locator("td").allTextContents();
  const [size = 0, unique = 0] = cells
    .flatMap((text) => /^([\d.]+) KiB$/.exec(text)?.[1] ?? [])
    .map(Number);
  // A layer of 90,000 bytes is team/base's as well.
  expect(size - unique).toBeGreaterThan(80);
  expect(unique).toBeGreaterThan(100);
});

it("what a deletion takes is said before it is done, and the repository's name is typed", async () => {
  await createRepository(server, "team/gone");
  for (const seed of ["one", "two"]) await pushImage(server, "team/gone", seed, { seed });
  const { page, go, heading } = shown;
  await go("/r/team/gone/-/images");
  await heading("team/gone");
  await page.getByRole("checkbox", { name: "one" }).check();
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/Unique size that comes back: 4\d\.\d KiB; 0 B stay/).waitFor();
  await dialog.getByText("It can be brought back for 7 days.").waitFor();
  await expectAccessible(shown);
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect.poll(() => page.getByRole("link", { name: "one", exact: true }).count()).toBe(0);
  await page.getByRole("link", { name: "two", exact: true }).waitFor();
  await go("/repositories");
  await heading("Repositories");
  await page.getByRole("radio", { name: "team/gone" }).check();
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByText("Images in it: 1.").waitFor();
  await dialog.getByLabel(/It may hold images/).check();
  const act = dialog.getByRole("button", { name: "Delete" });
  expect(await act.isDisabled()).toBe(true);
  await dialog.getByLabel("Type team/gone to confirm.").fill("team/gone");
  await act.click();
  await expect.poll(() => page.getByRole("link", { name: "team/gone" }).count()).toBe(0);
});
