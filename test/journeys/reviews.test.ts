/** Acceptance story 11, as far as reviews go: who pushed cannot approve, somebody else can, with the evidence. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, visit } from "./browser.ts";
import { ask, createRepository, pushImage } from "./content.ts";
import { createUser, type Person } from "./people.ts";

let server: RunningServer;
let browser: Browser;
let developer: Person;
let reviewer: Person;
let digest: string;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  developer = await createUser(server, "dev", ["ecr:*", "entrepot:*"]);
  reviewer = await createUser(server, "rita", ["ecr:*", "entrepot:*"]);
  await ask(server, "entrepot:PutGate", {
    ...{ name: "production", repositories: ["team/*"], requireReview: true },
  });
  await createRepository(server, "team/pay");
  digest = await pushImage({ ...server, ...developer }, "team/pay", "1.0");
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("who pushed an image sees that it waits, and that somebody else has to review it", async () => {
  const shown = await visit(browser, { origin: server.origin });
  try {
    const { page } = shown;
    await shown.go("/reviews");
    await signIn(shown, developer);
    await shown.heading("Reviews");
    await page.getByRole("row", { name: /team\/pay/ }).click();
    await page.getByRole("heading", { name: "Evidence for team/pay:1.0" }).waitFor();
    await page.getByText("somebody else has to review it").waitFor();
    expect(await page.getByRole("button", { name: "Approve" }).isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Reject" }).isDisabled()).toBe(true);
    expect(shown.problems).toEqual([]);
  } finally {
    await shown.close();
  }
});

it.each(["light", "dark"] as const)("the evidence keeps nobody out, in %s", async (colorScheme) => {
  const shown = await visit(browser, { origin: server.origin, colorScheme });
  try {
    await shown.go(`/reviews?repository=team%2Fpay&digest=${encodeURIComponent(digest)}`);
    await signIn(shown, reviewer);
    await shown.heading("Reviews");
    await shown.page.getByText("Since the approved version").waitFor();
    await expectAccessible(shown);
    expect(shown.problems).toEqual([]);
  } finally {
    await shown.close();
  }
});

it("a reviewer approves with a comment, and the image leaves the queue", async () => {
  const shown = await visit(browser, { origin: server.origin });
  try {
    const { page } = shown;
    await shown.go(`/reviews?repository=team%2Fpay&digest=${encodeURIComponent(digest)}`);
    await signIn(shown, reviewer);
    await shown.heading("Reviews");
    await page.getByText(developer.arn).first().waitFor();
    await page.getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    const approve = dialog.getByRole("button", { name: "Approve", exact: true });
    expect(await approve.isDisabled()).toBe(true);
    await dialog.getByLabel("Comment", { exact: true }).fill("tried it");
    await dialog.getByText("Equivalent CLI").click();
    await dialog.getByText("npx entrepot review approve team/pay@sha256:").first().waitFor();
    await approve.click();
    await page.getByText("team/pay:1.0 was approved.").first().waitFor();
    await page.getByText("No image waits for a review").waitFor();
    await page.getByText(`${reviewer.arn} approved`).waitFor();
    await page.getByRole("tab", { name: "Approved" }).click();
    await page.getByRole("row", { name: /team\/pay/ }).waitFor();
    expect(shown.problems).toEqual([]);
  } finally {
    await shown.close();
  }
  const { reviews } = await ask<{ reviews: { comment: string; reviewer: string }[] }>(
    ...([server, "entrepot:GetReview"] as const),
    { repositoryName: "team/pay", imageId: { imageDigest: digest } },
  );
  expect(reviews).toMatchObject([{ comment: "tried it", reviewer: reviewer.arn }]);
});
