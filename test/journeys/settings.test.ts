/** What holds for the whole registry, set in the console and read by the API. */
import {
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
} from "@aws-sdk/client-ecr";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { ecrOf } from "./content.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  shown = await visit(browser, { origin: server.origin });
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
});
afterEach(() => expect(shown.problems).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("a registry policy with a slip is corrected by the console, and stands as it was saved", async () => {
  const { page, go, heading } = shown;
  const statement = {
    ...{ Sid: "Replicas", Effect: "Allow", Principal: { AWS: "arn:aws:iam::222222222222:root" } },
    ...{ Action: ["ecr:ReplicateImage "], Resource: "arn:aws:ecr:us-east-1:*:repository/*" },
  };
  await go("/settings");
  await heading("Settings");
  await page.getByText("No policy: no other account may replicate").waitFor();
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await page.getByLabel("Registry policy (JSON)").fill(policy);
  await page.getByRole("button", { name: "Apply fix" }).click();
  await expect
    .poll(() => page.getByLabel("Registry policy (JSON)").inputValue())
    .toContain('"ecr:ReplicateImage"');
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  const { policyText } = await ecrOf(server).send(new GetRegistryPolicyCommand({}));
  expect(JSON.parse(policyText ?? "").Statement[0].Action).toEqual(["ecr:ReplicateImage"]);
});

it("scanning is set for the repositories that a rule names", async () => {
  const { page, go, heading } = shown;
  await go("/settings?tab=scanning");
  await heading("Settings");
  await page.getByLabel("Enhanced: languages too").check();
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByRole("textbox", { name: "Repositories" }).fill("prod/* *base*");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  const told = await ecrOf(server).send(new GetRegistryScanningConfigurationCommand({}));
  expect(told.scanningConfiguration).toEqual({
    scanType: "ENHANCED",
    rules: [
      {
        scanFrequency: "SCAN_ON_PUSH",
        repositoryFilters: ["prod/*", "*base*"].map((filter) => ({
          ...{ filter, filterType: "WILDCARD" },
        })),
      },
    ],
  });
});
