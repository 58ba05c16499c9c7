/** What stands around every page: shortcuts and palette, outages, pages that break, and whose memory it is. */
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, signIn, type Visit } from "./browser.ts";
import { createRepository, pushImage } from "./content.ts";
import { createUser } from "./people.ts";
import { signedIn } from "./signed-in.ts";

let server: RunningServer;
let shown: Visit;

signedIn(async (started, page) => {
  [server, shown] = [started, page];
  await createRepository(server, "team/frame");
  await pushImage(server, "team/frame", "v1");
});

function palette(page: Page): { input: Locator; option: (name: string) => Locator } {
  const dialog = page.getByRole("dialog", { name: "Go to" });
  return {
    input: dialog.getByRole("combobox", { name: "Go to" }),
    option: (name) => dialog.getByRole("option", { name }).first(),
  };
}

/** The element that a screen reader takes for the chosen one. */
async function active(input: Locator): Promise<string> {
  const id = await input.getAttribute("aria-activedescendant");
  return (await input.page().locator(`[id="${id}"]`).textContent()) ?? "";
}

it("? tells the shortcuts, / goes to the filter, and neither is taken from who types", async () => {
  const { page, go, heading } = shown;
  await go("/repositories");
  await heading("Repositories");
  await page.getByRole("link", { name: "team/frame" }).waitFor();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.getByText("Filter the list on the page").waitFor();
  await expectAccessible(shown);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  const filter = page.getByPlaceholder("Find repositories");
  await expect.poll(() => filter.evaluate((field) => field.matches(":focus"))).toBe(true);
  await page.keyboard.type("a/?b");
  expect(await filter.inputValue()).toBe("a/?b");
  expect(await help.isVisible()).toBe(false);
});

it("the head of the page stays above the navigation when one scrolls", async () => {
  const { page, go, heading } = shown;
  const size = page.viewportSize()!;
  await page.setViewportSize({ width: 1280, height: 400 });
  try {
    await go("/settings");
    await heading("Settings");
    await page.mouse.move(640, 300);
    await page.mouse.wheel(0, 300);
    await page.waitForFunction("scrollY > 100");
    const head = await page.getByRole("button", { name: "Search" }).first().boundingBox();
    expect(head?.y).toBeGreaterThanOrEqual(0);
    expect(head?.y).toBeLessThan(60);
  } finally {
    await page.setViewportSize(size);
  }
});

it("another page begins at its heading; a page that is loaded, and another tab, leave the focus alone", async () => {
  const { page, go, heading } = shown;
  const focused = () =>
    page.evaluate<string>(
      "[document.activeElement.tagName, document.activeElement.innerText].join(' ')",
    );
  await go("/repositories");
  await heading("Repositories");
  expect(await focused()).not.toMatch(/^H1/);
  await page.getByRole("link", { name: "team/frame" }).focus();
  await page.keyboard.press("Enter");
  await heading("team/frame");
  await expect.poll(focused).toBe("H1 team/frame");
  await page.getByRole("tab", { name: "Images" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => new URL(page.url()).pathname).toMatch(/\/-\/summary$/);
  await page.getByText("Pushes and pulls").first().waitFor();
  expect(await focused()).toBe("BUTTON Summary");
  await page.goBack();
  await page.goBack();
  await heading("Repositories");
  await expect.poll(focused).toBe("H1 Repositories");
  await page.getByPlaceholder("Find repositories").fill("frame");
  await expect.poll(() => new URL(page.url()).search).toContain("frame");
  expect(await focused()).toMatch(/^INPUT/);
  await page.keyboard.press("Control+k");
  const { input, option } = palette(page);
  // What is typed goes to where it is looked for.
  await expect.poll(() => input.evaluate((one) => one.matches(":focus"))).toBe(true);
  await page.keyboard.type("keys");
  await option("Keys").waitFor();
  await page.keyboard.press("Enter");
  await heading("Keys");
  await expect.poll(focused).toBe("H1 Keys");
});

it("the palette tells a screen reader what is chosen, does actions, and knows where one was", async () => {
  const { page, go, heading } = shown;
  await go("/r/team/frame/-/images");
  await heading("team/frame");
  await page.getByRole("link", { name: "Overview" }).click();
  await heading("Overview");
  const { input, option } = palette(page);
  await page.keyboard.press("Control+k");
  await option("team/frame recent").waitFor();
  await expectAccessible(shown);
  await input.fill("re");
  await option("Create repository action").waitFor();
  const first = await active(input);
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => active(input)).not.toBe(first);
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => active(input)).toBe(first);
  await input.fill("create rep");
  await option("Create repository action").waitFor();
  await page.keyboard.press("Enter");
  await heading("Create repository");
  const ink = () => page.evaluate<string>("getComputedStyle(document.querySelector('h1')).color");
  const light = await ink();
  await page.keyboard.press("Control+k");
  await input.fill("theme: dark");
  await option("Theme: Dark action").waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(ink).not.toBe(light);
  await page.getByRole("button", { name: "Theme: Dark" }).waitFor();
});

it("a page whose files are gone says so, and the rest stays", async () => {
  const { page, go, heading, problems } = shown;
  await go("/");
  await heading("Overview");
  await page.route(/assets\/keys-page/, (route) => route.fulfill({ status: 404, body: "" }));
  await page.getByRole("link", { name: "Keys" }).click();
  await heading("This page could not be shown");
  await page.getByRole("button", { name: "Reload" }).waitFor();
  await page.getByRole("link", { name: "Costs" }).click();
  await heading("Costs");
  await page.unroute(/assets\/keys-page/);
  problems.length = 0; // The 404, and what the browser says of it.
});

it("while the server does not answer a banner says so, and what failed is read once it is back", async () => {
  const { page, go, heading, problems } = shown;
  await go("/");
  await heading("Overview");
  const everything = (url: URL) => !url.pathname.includes("/assets/");
  await page.route(everything, (route) => route.abort());
  await page.getByRole("link", { name: "Access" }).click();
  await heading("Access");
  await page.getByText("The server does not answer").waitFor();
  await expectAccessible(shown);
  await page.unroute(everything);
  await page.getByText("The server does not answer").waitFor({ state: "hidden" });
  await expect.poll(() => page.getByText("Unreachable").count()).toBe(0);
  problems.length = 0; // Requests that were cut.
});

it("without the stream of events lists are live all the same", async () => {
  const { page, go, heading } = shown;
  await page.route(/\/events$/, () => undefined); // Held back by a proxy that collects.
  await go("/repositories");
  await heading("Repositories");
  await page.getByRole("link", { name: "team/frame" }).waitFor();
  await createRepository(server, "team/unheard");
  await page.getByRole("link", { name: "team/unheard" }).waitFor();
  await page.unrouteAll();
});

it("another region is followed live as the first was", async () => {
  const { page, go, heading } = shown;
  await go("/repositories");
  await heading("Repositories");
  const regions: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname !== "/events") return;
    regions.push(/\/(\w+-\w+-\d)\//.exec(request.headers().authorization ?? "")?.[1]);
  });
  await page.getByRole("button", { name: /^Region/ }).click();
  await page.getByRole("menuitem", { name: "eu-west-1" }).click();
  await page.getByText("No repositories").waitFor();
  await expect.poll(() => regions).toContain("eu-west-1");
  await page.evaluate(() => sessionStorage.clear());
});

it("who signs in next sees nothing of who was here, in any tab", async () => {
  const { page, go, heading, context, expected } = shown;
  expected.add("AccessDeniedException");
  const other = await createUser(server, "next", ["entrepot:SearchRepositories"]);
  await go("/");
  await heading("Overview");
  const tab = await context.newPage();
  const tabHeading = (name: string) =>
    tab.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await tab.goto(`${server.origin}/console/r/team/frame/-/images`);
  await tab.getByRole("link", { name: "v1", exact: true }).waitFor();
  await tab.getByRole("link", { name: "Overview" }).click();
  await tabHeading("Overview");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await heading("Sign in");
  await tabHeading("Sign in");
  await signIn({ page: tab }, other);
  await tabHeading("Overview");
  await tab.keyboard.press("Control+k");
  const { input, option } = palette(tab);
  await option("Create repository").waitFor();
  expect(await option("team/frame").count()).toBe(0);
  await input.fill("team/frame");
  await option("team/frame repository").waitFor();
  await tab.keyboard.press("Enter");
  await tab.getByText(`${other.arn} needs ecr:DescribeRepositories`).first().waitFor();
  expect(await tab.getByRole("link", { name: "v1", exact: true }).count()).toBe(0);
  // What may not be read is not told as empty.
  await tab.getByRole("link", { name: "Keys", exact: true }).click();
  await tab.getByText(`${other.arn} needs kms:ListKeys`).first().waitFor();
  await tab.getByText("Not known: it could not be read").waitFor();
  expect(await tab.getByText("No keys").count()).toBe(0);
  await tab.close();
});
