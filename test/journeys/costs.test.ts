/** Costs: what was used, what planned use would cost, and why somebody may not know. */
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { createUser } from "./people.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  const { accessKeyId, secretAccessKey, origin } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const kms = new KMSClient({ region: "us-east-1", endpoint: origin, credentials });
  await kms.send(new CreateKeyCommand({}));
  shown = await visit(browser, { origin });
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("a key is on the bill by kind, and the months can be read as a table", async () => {
  const { page, go, heading } = shown;
  await go("/costs?by=KIND");
  await heading("Costs");
  const keys = page.getByRole("row", { name: /KMS keys/ });
  await keys.getByText("key-month").waitFor();
  await page.getByText("View as table").click();
  const months = page.getByRole("table", { name: "Costs by month" });
  await expect.poll(() => months.getByRole("row").count()).toBe(7);
  await expectAccessible(shown);
  expect(shown.problems).toEqual([]);
});

it("a plan is in the address, and its cost is what the price table says", async () => {
  const { page, go, heading } = shown;
  await go("/costs?tab=calculator&storageGB=500&keys=2");
  await heading("Costs");
  await page.getByText("Total: 52.00 USD a month").waitFor();
  await page.getByLabel("KMS keys", { exact: true }).fill("3");
  await page.getByText("Total: 53.00 USD a month").waitFor();
  expect(new URL(page.url()).searchParams.get("keys")).toBe("3");
  await page.getByLabel("KMS keys", { exact: true }).fill("-3");
  await page.getByText("A number that is not below 0").first().waitFor();
  await page.getByRole("tab", { name: "Prices" }).click();
  await page
    .getByRole("row", { name: /KMS keys/ })
    .getByText("key-month")
    .waitFor();
  await page.getByRole("tab", { name: "Savings" }).click();
  await page.getByText("Nothing to save was found").waitFor();
  await expectAccessible(shown);
  expect(shown.problems).toEqual([]);
});

it("who may not know is told which permission is missing", async () => {
  const person = await createUser(server, "ada", ["ecr:*"]);
  const other = await visit(browser, { origin: server.origin, colorScheme: "dark" });
  other.expected.add("AccessDeniedException");
  try {
    await other.go("/costs");
    await signIn(other, person);
    await other.heading("Costs");
    await other.page.getByText(`${person.arn} needs entrepot:GetCostSummary on`).waitFor();
    await expectAccessible(other);
    expect(other.problems).toEqual([]);
  } finally {
    await other.close();
  }
});
