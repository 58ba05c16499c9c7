/** The wizard of the pull-through cache: what does not work is not left behind. */
import { DescribePullThroughCacheRulesCommand } from "@aws-sdk/client-ecr";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { ecrOf } from "./content.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  shown = await visit(browser, { origin: server.origin });
  await shown.go("/pull-through");
  await signIn(shown, server);
  await shown.heading("Pull through cache");
});
afterEach(() => expect(shown.problems).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const rules = async () => {
  const told = await ecrOf(server).send(new DescribePullThroughCacheRulesCommand({}));
  return (told.pullThroughCacheRules ?? []).map(({ ecrRepositoryPrefix: prefix }) => prefix);
};

it("a registry that does not answer is told of, and the rule is taken back", async () => {
  const { page, heading } = shown;
  await page.getByText("No rules").waitFor();
  await page.getByRole("button", { name: "Create rule" }).click();
  await heading("Create rule");
  const next = page.getByRole("button", { name: "Next" });
  await page.getByLabel("Another registry").check();
  await next.click(); // Not without a host.
  await page.getByLabel("Host of the registry").fill("registry.invalid");
  await next.click();
  await page.getByLabel("Credentials", { exact: true }).waitFor();
  await next.click();
  await page.getByLabel("Prefix", { exact: true }).fill("other");
  await next.click();
  await page.getByText("Equivalent CLI").click();
  await page.getByText("aws ecr create-pull-through-cache-rule").first().waitFor();
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Create rule" }).click();
  await page.getByText(/^https:\/\/registry\.invalid /).waitFor();
  await expect.poll(rules).toEqual([]);
  await page.getByRole("button", { name: "Cancel" }).click();
  await heading("Pull through cache");
});
