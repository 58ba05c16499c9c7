/** Acceptance story 11: approval of a production image, by somebody else than who asked for it. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { ask, createRepository, pushImage } from "./content.ts";
import { createUser, type Person } from "./people.ts";

const name = "team/pay";
let server: RunningServer;
let browser: Browser;
let developer: Person;
let reviewer: Person;
let digest: string;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  const all = ["ecr:*", "entrepot:*"];
  developer = await createUser(server, "dev", all);
  reviewer = await createUser(server, "rita", all);
  await ask(server, "entrepot:PutEnvironment", { name: "production", reviewers: [reviewer.arn] });
  await createRepository(server, name);
  digest = await pushImage({ ...server, ...developer }, name, "1.0");
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function as(person: Person, act: (shown: Visit) => Promise<void>): Promise<void> {
  const shown = await visit(browser, { origin: server.origin });
  try {
    await shown.go("/gallery");
    await signIn(shown, person);
    await shown.heading("Private gallery");
    await act(shown);
    expect(shown.problems).toEqual([]);
  } finally {
    await shown.close();
  }
}

it("a developer puts a repository into the gallery and asks for approval, but cannot give it", () =>
  as(developer, async ({ page, heading }) => {
    await page.getByText("No entries").waitFor();
    await expectAccessible({ page });
    await page.getByRole("button", { name: "Add entry" }).click();
    const dialog = page.getByRole("dialog");
    const said = {
      ...{ Repository: name, Title: "Payments", Owner: "Team Pay", Purpose: "Takes the money" },
    };
    for (const [label, text] of Object.entries(said)) {
      await dialog.getByLabel(label, { exact: true }).fill(text);
    }
    await expectAccessible({ page });
    await dialog.getByRole("button", { name: "Save" }).click();
    await ask(server, "entrepot:PutGalleryVersion", {
      ...{ repositoryName: name, version: "1", tagPattern: "1.*" },
    });
    await page.getByRole("link", { name: "Payments" }).click();
    await heading("Payments");
    await page.getByRole("button", { name: "Request approval" }).click();
    await dialog.getByLabel("Digest of the image").fill(digest);
    await dialog.getByLabel("Comment", { exact: true }).fill("for the release");
    await dialog.getByText("Equivalent CLI").click();
    await dialog.getByText(`npx entrepot approval request ${name}@`).first().waitFor();
    await dialog.getByRole("button", { name: "Request approval" }).click();
    await page.getByText("Who asked for it cannot decide about it.").waitFor();
    expect(await page.getByRole("button", { name: "Approve", exact: true }).isDisabled()).toBe(
      true,
    );
    await page.getByText("In review").waitFor();
  }));

it("a reviewer approves with a comment, and the trail has both", () =>
  as(reviewer, async ({ page, go, heading }) => {
    await page.getByRole("link", { name: "Payments" }).click();
    await heading("Payments");
    await page.getByText(`${developer.arn}`).first().waitFor();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Comment", { exact: true }).fill("tried it");
    await dialog.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText("Approved for production").waitFor();
    await page.getByText("Approved", { exact: true }).first().click();
    await page.getByText(`${reviewer.arn} approved`).waitFor();
    await page.getByText(/: tried it/).waitFor();
    await expectAccessible({ page });
    for (const what of ["RequestApproval", "ApproveRequest"]) {
      await go(`/audit?what=${what}`);
      await heading("Audit trail");
      await page.getByRole("row", { name: new RegExp(what) }).waitFor();
    }
  }));

it("a developer is told of an entry, sees it among the subscriptions, and ends that", () =>
  as(developer, async ({ page, go, heading }) => {
    await page.getByText("No subscriptions").waitFor();
    await page.getByRole("link", { name: "Payments" }).click();
    await heading("Payments");
    await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    await page.getByText(`This account is told of ${name} from now on.`).first().waitFor();
    await page.getByRole("button", { name: "Unsubscribe", exact: true }).waitFor();
    await expectAccessible({ page });
    const list = () =>
      ask<{ subscriptions: object[] }>(server, "entrepot:ListGallerySubscriptions", {});
    expect((await list()).subscriptions).toMatchObject([{ repositoryName: name }]);
    await go("/gallery");
    await heading("Private gallery");
    const table = page.getByRole("table", { name: "Subscriptions" });
    await table.getByRole("link", { name }).waitFor();
    await expectAccessible({ page });
    await table.getByRole("button", { name: /^Unsubscribe/ }).click();
    await page.getByText("No subscriptions").waitFor();
    expect((await list()).subscriptions).toEqual([]);
  }));

it("entries are exported as a catalogue of Backstage, which is what the API gives", () =>
  as(developer, async ({ page }) => {
    await page.getByRole("button", { name: "Export" }).click();
    const shown = page.getByRole("region", { name: "catalog-info.yaml" });
    await shown.waitFor();
    const { text } = await ask<{ text: string }>(server, "entrepot:ExportGalleryEntries", {});
    expect(text).toContain("Payments");
    expect(await shown.innerText()).toContain(text.trim());
    await expectAccessible({ page });
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    expect((await download).suggestedFilename()).toBe("catalog-info.yaml");
  }));

it("a request tells to which registry an approval brings the image", () =>
  as(developer, async ({ page, heading }) => {
    const destination = { registryId: "000000000000", region: "eu-west-1" };
    const promote = { destination, tag: "live" };
    await ask(server, "entrepot:PutEnvironment", { name: "elsewhere", promote });
    const asked = { repositoryName: name, imageDigest: digest, environment: "elsewhere" };
    await ask({ ...server, ...developer }, "entrepot:RequestApproval", { ...asked, comment: "go" });
    await page.getByRole("link", { name: "Payments" }).click();
    await heading("Payments");
    await page.getByText("to eu-west-1/000000000000, under the same name, live").waitFor();
  }));
