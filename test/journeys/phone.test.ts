/** On a phone a row of a list is a card: it is sorted, unfolded, chosen and acted on as in a table. */
import { expect, it } from "vitest";
import { npmLayer } from "../support/scanned-images.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { ask, createRepository, pushImage, pushIndex } from "./content.ts";
import { signedIn } from "./signed-in.ts";

let shown: Visit;

signedIn(async (server, opened) => {
  shown = opened;
  shown.expected.add("UnsupportedImageTypeException"); // Made-up layers have no packages to look at.
  await shown.page.setViewportSize({ width: 375, height: 800 });
  await ask(server, "entrepot:PutGate", {
    ...{ name: "production", repositories: ["held/*"], requireReview: true },
  });
  for (const name of ["held/app", "team/pay", "team/shop"]) await createRepository(server, name);
  await pushImage(server, "held/app", "1.0");
  await pushImage(server, "team/shop", "1.0", { layers: [npmLayer("lodash@4.17.20")] });
  await pushIndex(server, "team/shop", "2.0", ["amd64", "arm64"]);
});

it("repositories are sorted by a list, and the chosen one is acted on", async () => {
  const { page, go, heading } = shown;
  await go("/repositories");
  await heading("Repositories");
  const cards = page.getByRole("group", { name: "Repositories" }).locator("li");
  const names = async () =>
    (await cards.allTextContents()).map((text) => /^(team|held)\/(pay|shop|app)/.exec(text)?.[0]);
  await expect.poll(names).toEqual(["held/app", "team/pay", "team/shop"]);
  await page.getByRole("button", { name: /^Sort by/ }).click();
  await page.getByRole("option", { name: "Images, descending" }).click();
  await expect.poll(names).toEqual(["team/shop", "held/app", "team/pay"]);
  expect(new URL(page.url()).searchParams.get("sort")).toBe("IMAGES");
  await expectAccessible(shown);
  await page.getByRole("radio", { name: "team/pay" }).check({ force: true });
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByText("team/pay").first().waitFor();
});

it("platforms fold under their index, and several images are chosen", async () => {
  const { page, go, heading } = shown;
  await go("/r/team/shop/-/images");
  await heading("team/shop");
  await page.getByRole("button", { name: "Show what is folded under 2.0" }).click();
  await page.getByRole("link", { name: "linux/arm64" }).waitFor();
  await expectAccessible(shown);
  for (const tag of ["1.0", "2.0"]) {
    await page.getByRole("checkbox", { name: tag }).check({ force: true });
  }
  await page.getByRole("button", { name: "Compare" }).click();
  await heading("Compare");
});

it("an image that waits for a review is chosen, and its evidence is below", async () => {
  const { page, go, heading } = shown;
  await go("/reviews");
  await heading("Reviews");
  await page
    .getByRole("radio", { name: /held\/app@/ })
    .first()
    .click({ force: true });
  await page.getByRole("heading", { name: /^Evidence for held\/app/ }).waitFor();
  await expectAccessible(shown);
});
