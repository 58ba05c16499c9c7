/** The wizard of the pull-through cache: what does not work is not left behind. */
import {
  BatchGetImageCommand,
  CreatePullThroughCacheRuleCommand,
  DescribePullThroughCacheRulesCommand,
} from "@aws-sdk/client-ecr";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { ask, createRepository, ecrOf } from "./content.ts";

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
  await heading("Pull through cache");
  await heading("Source");
  const next = page.getByRole("button", { name: "Next" });
  await page.getByLabel("Another registry").check();
  await next.click(); // Not without a host.
  await page.getByLabel("Host of the registry").fill("registry.invalid");
  await next.click();
  await page.getByLabel("Credentials", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Test connection" }).click();
  await page.getByText("registry.invalid does not let the cache in.").waitFor();
  expect(await rules()).toEqual([]);
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
  await page.getByText("No rules").waitFor();
});

it("a rule that is chosen tells its terms, and which repositories it filled", async () => {
  const { page, go, heading } = shown;
  const rule = { ecrRepositoryPrefix: "mirror", upstreamRegistryUrl: "public.ecr.aws" };
  await ecrOf(server).send(new CreatePullThroughCacheRuleCommand(rule));
  const terms = { ecrRepositoryPrefix: "mirror", freshSeconds: 600, deny: ["bad/*"] };
  await ask(server, "entrepot:PutPullThroughCacheTerms", terms);
  for (const name of ["mirror/nginx", "elsewhere/mirror/nginx"]) {
    await createRepository(server, name);
  }
  await go("/pull-through");
  await heading("Pull through cache");
  await page.getByRole("radio", { name: "mirror" }).check({ force: true });
  await page.getByRole("heading", { name: "Rule for mirror" }).waitFor();
  await page.getByText("600 s").waitFor();
  await page.getByText("bad/*").waitFor();
  const cached = page.getByRole("list", { name: "Cached repositories" }).getByRole("link");
  await expect.poll(() => cached.allTextContents()).toEqual(["mirror/nginx"]);
  await page.getByText("no pulls").first().waitFor();
  await page.getByText("0 served from here, 0 from the upstream").waitFor();
  await expectAccessible(shown);
  await page.getByRole("link", { name: "All 1" }).click();
  await heading("Repositories");
  await page.getByRole("link", { name: "mirror/nginx", exact: true }).waitFor();
  await page.getByRole("heading", { name: "Repositories (1)" }).waitFor();
});

it("a pull that the upstream does not answer is told of, with its rule", async () => {
  const { page, go, heading } = shown;
  const rule = { ecrRepositoryPrefix: "gone", upstreamRegistryUrl: "registry.invalid" };
  await ecrOf(server).send(new CreatePullThroughCacheRuleCommand(rule));
  const imageIds = [{ imageTag: "v1" }];
  const asked = new BatchGetImageCommand({ repositoryName: "gone/app", imageIds });
  expect((await ecrOf(server).send(asked)).failures).toHaveLength(1);
  await go("/pull-through");
  await heading("Pull through cache");
  const told = page.getByRole("row").filter({ hasText: "registry.invalid" });
  // Counts are written every few seconds.
  await told.getByText("(gone/app)").waitFor({ timeout: 45_000 });
});
