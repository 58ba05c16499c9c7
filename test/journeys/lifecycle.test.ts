/** Acceptance story 8: what a lifecycle policy would do, before it does anything. */
import { DescribeImagesCommand, GetLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { createRepository, ecrOf, pushImage } from "./content.ts";

const name = "team/pay";
let server: RunningServer;
let browser: Browser;
let shown: Visit;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  shown = await visit(browser, { origin: server.origin });
  // One preview at a time: that of the text before comes to its end first.
  shown.expected.add("LifecyclePolicyPreviewInProgressException");
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
});
afterEach(() => expect(shown.problems).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("an engineer drafts a policy, sees what it would take, and saves exactly that", async () => {
  await createRepository(server, name);
  for (const tag of ["v1", "v2", "v3"]) await pushImage(server, name, tag);
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/lifecycle`);
  await heading(name);
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 };
  const description = "keeps all, says the one who wrote it";
  const rules = [{ rulePriority: 1, description, selection, action: { type: "expire" } }];
  const text = JSON.stringify({ rules }, null, 2);
  await page.getByLabel("Lifecycle policy (JSON)").fill(text);
  await page.getByText("Deletes images but for the 1 pushed last.").waitFor();
  await page.getByText("2 to be deleted, 0 to be archived, 0 kept all the same.").waitFor();
  const { origin, accessKeyId, secretAccessKey } = server;
  const address = { origin, region: "us-east-1", authority: "", now: () => Date.now() };
  const told = await callServer<{ summary: { freedBytes: number } }>(
    ...([address, { accessKeyId, secretAccessKey }] as const),
    ...(["entrepot:GetLifecyclePreview", { repositoryName: name }] as const),
  );
  const size = `${(told.summary.freedBytes / 1024).toFixed(1)} KiB`;
  await page.getByText(new RegExp(`comes back: ${size}, \\$0\\.0+\\d+ a month`)).waitFor();
  const images = page.getByRole("table", { name: "Images that it acts on" });
  expect(await images.getByRole("row").count()).toBe(3);
  await expectAccessible(shown);
  const { imageDetails } = await ecrOf(server).send(
    new DescribeImagesCommand({ repositoryName: name }),
  );
  expect(imageDetails).toHaveLength(3);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  const { lifecyclePolicyText } = await ecrOf(server).send(
    new GetLifecyclePolicyCommand({ repositoryName: name }),
  );
  expect(JSON.parse(lifecyclePolicyText ?? "")).toEqual({ rules });
});

it("rules are written as a form, in step with the text, in another order by keyboard and by drag", async () => {
  const { page, go, heading, expected } = shown;
  expected.add("InvalidParameterException"); // Of previews of what is no policy yet.
  await go(`/r/${name}/-/lifecycle`);
  await heading(name);
  const text = page.getByLabel("Lifecycle policy (JSON)");
  const written = async () => JSON.parse(await text.inputValue()) as { rules: object[] };
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1, era: 1 };
  const rules = [{ rulePriority: 5, selection, action: { type: "expire" } }];
  await text.fill("{");
  await page.getByText("The form goes on once the text is JSON with rules.").waitFor();
  await text.fill(JSON.stringify({ rules }));
  const form = page.getByRole("list", { name: "Rules as a form" });
  await form.getByText(/no fields for selection\.era: that stays/).waitFor();
  await form.getByLabel("More than").fill("3");
  expect(await written()).toEqual({
    rules: [{ ...rules[0], selection: { ...selection, countNumber: 3 } }],
  });
  await page.getByRole("button", { name: "Add rule" }).click();
  const first = form.getByRole("listitem").first();
  await first.getByRole("button", { name: /^Images/ }).click();
  await page.getByRole("option", { name: "with these tags" }).click();
  await first.getByLabel("Tags", { exact: true }).fill("dev-* test-*");
  await first.getByText("Deletes images with a tag like dev-* and test-* pushed more").waitFor();
  expect(await written()).toMatchObject({
    rules: [
      { rulePriority: 5, selection: { tagPatternList: ["dev-*", "test-*"], countUnit: "days" } },
      { rulePriority: 6, selection: { tagStatus: "any", era: 1 } },
    ],
  });
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Move Rule 5 down" }).press("Enter");
  await expect.poll(written).toMatchObject({
    rules: [
      { rulePriority: 5, selection: { tagStatus: "any" } },
      { rulePriority: 6, selection: { tagStatus: "tagged" } },
    ],
  });
  await form.locator(".drag-handle").last().dragTo(form.getByRole("listitem").first());
  await expect.poll(written).toMatchObject({
    rules: [
      { rulePriority: 5, selection: { tagStatus: "tagged" } },
      { rulePriority: 6, selection: { tagStatus: "any" } },
    ],
  });
  await page.getByRole("button", { name: "Remove Rule 5" }).click();
  expect((await written()).rules).toHaveLength(1);
});
