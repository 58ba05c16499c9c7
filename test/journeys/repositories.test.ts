/** Acceptance stories 2, 3 and 4: a repository under an own key, push commands, and what comes in live. */

import { CreateRepositoryCommand, DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import {
  expectAccessible,
  lanHost,
  openBrowser,
  signIn,
  tabTo,
  type Visit,
  visit,
} from "./browser.ts";
import { createRepository, ecrOf, pushImage } from "./content.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  shown = await visit(browser, { origin: server.origin });
  shown.expected.add("RepositoryNotFoundException"); // The name is free.
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
});
afterEach(() => expect(shown.problems).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("an engineer creates a repository under a key of its own, and is warned that it is final", async () => {
  const { accessKeyId, secretAccessKey, origin } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const kms = new KMSClient({ region: "us-east-1", endpoint: origin, credentials });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata!.KeyId!;
  await kms.send(new CreateAliasCommand({ AliasName: "alias/pay", TargetKeyId }));
  const { page, go, heading } = shown;
  await go("/repositories");
  await heading("Repositories");
  await page.getByRole("button", { name: "Create repository" }).first().click();
  await heading("Create repository");
  await page.getByLabel("Repository name").fill("team/pay");
  await page.getByText("The name is free.").waitFor();
  await page.getByLabel("KMS, own key").check();
  await page.getByText("Encryption cannot be changed later.").waitFor();
  await page.getByRole("button", { name: /^Key/ }).last().click();
  await page.getByRole("option", { name: /alias\/pay/ }).click();
  await page.getByRole("button", { name: "Create repository" }).click();
  await heading("team/pay");
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByText("alias/pay").waitFor();
  const wanted = new DescribeRepositoriesCommand({ repositoryNames: ["team/pay"] });
  const { repositories } = await ecrOf(server).send(wanted);
  expect(repositories?.[0]?.encryptionConfiguration).toEqual({
    ...{ encryptionType: "KMS", kmsKey: KeyMetadata!.Arn },
  });
  await go("/keys");
  await heading("Keys");
  await page
    .getByRole("row", { name: /alias\/pay/ })
    .getByRole("link", { name: "team/pay" })
    .waitFor();
  await page.getByRole("link", { name: "alias/pay" }).click();
  await heading("alias/pay");
  await page.getByRole("link", { name: "team/pay" }).waitFor();
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Schedule deletion" }).click();
  await page.getByLabel("Days to wait").fill("7");
  await page.getByRole("dialog").getByRole("button", { name: "Schedule deletion" }).click();
  await page.getByText("Pending deletion").waitFor();
  await page.getByRole("button", { name: "Cancel deletion" }).click();
  await page.getByText("Disabled").waitFor();
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByText("Enabled").waitFor();
});

it("somebody without a mouse does the same", async () => {
  const { page, go, heading } = shown;
  const button = (name: string) => page.getByRole("button", { name, exact: true }).last();
  await go("/repositories");
  await heading("Repositories");
  await page.getByRole("link", { name: "team/pay" }).waitFor();
  await tabTo(page, page.getByRole("button", { name: "Create repository" }).first());
  await page.keyboard.press("Enter");
  await heading("Create repository");
  await tabTo(page, page.getByLabel("Repository name"));
  await page.keyboard.type("team/keys");
  await page.getByText("The name is free.").waitFor();
  await tabTo(page, page.getByLabel("AES-256"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.getByText("Encryption cannot be changed later.").waitFor();
  await tabTo(page, page.getByRole("button", { name: /^Key/ }).last());
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: /alias\/pay/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expectAccessible({ page });
  await tabTo(page, button("Create repository"));
  await page.keyboard.press("Enter");
  await heading("team/keys");
  const wanted = new DescribeRepositoriesCommand({ repositoryNames: ["team/keys"] });
  const { repositories } = await ecrOf(server).send(wanted);
  expect(repositories?.[0]?.encryptionConfiguration?.encryptionType).toBe("KMS");
});

it("the server filters, sorts and counts, and the address says how", async () => {
  const { page, go, heading } = shown;
  for (const name of ["sorted/a", "sorted/b", "sorted/c"]) await createRepository(server, name);
  await pushImage(server, "sorted/b", "v1");
  await go("/repositories?filter=sorted%2F");
  await heading("Repositories");
  await page.getByText("3 matches").first().waitFor();
  const names = () => page.getByRole("link", { name: /^sorted\// }).allTextContents();
  await expect.poll(names).toEqual(["sorted/a", "sorted/b", "sorted/c"]);
  await go("/repositories?filter=sorted%2F&sort=IMAGES&order=DESCENDING");
  await expect.poll(async () => (await names())[0]).toBe("sorted/b");
  await page.getByPlaceholder("Find repositories").fill("sorted/nothing");
  await page.getByText("No match").waitFor();
  expect(new URL(page.url()).searchParams.get("filter")).toBe("sorted/nothing");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("link", { name: "team/pay" }).waitFor();
});

it("the page of a long list is in the address, and is the same after a reload", async () => {
  const { page, go, heading } = shown;
  for (let made = 10; made < 62; made += 1) await createRepository(server, `paged/r${made}`);
  await go("/repositories?prefix=paged%2F");
  await heading("Repositories");
  const names = () => page.getByRole("link", { name: /^paged\// }).allTextContents();
  await expect.poll(names).toHaveLength(50);
  const first = await names();
  await page.getByRole("button", { name: "Next page" }).first().click();
  await expect.poll(names).toEqual(["paged/r60", "paged/r61"]);
  expect(new URL(page.url()).searchParams.get("page")).toBe("2");
  await page.reload();
  await expect.poll(names).toEqual(["paged/r60", "paged/r61"]);
  await page.getByRole("button", { name: "Previous page" }).first().click();
  await expect.poll(names).toEqual(first);
  expect(new URL(page.url()).searchParams.has("page")).toBe(false);
});

it("a link to a later page leads back page by page", async () => {
  const { page, go, heading } = shown;
  for (let made = 100; made < 210; made += 1) await createRepository(server, `linked/r${made}`);
  await go("/repositories?prefix=linked%2F");
  await heading("Repositories");
  const first = async () =>
    (await page.getByRole("link", { name: /^linked\// }).allTextContents())[0];
  const turn = (way: string) =>
    page
      .getByRole("button", { name: `${way} page` })
      .first()
      .click();
  await expect.poll(first).toBe("linked/r100");
  await turn("Next");
  await expect.poll(first).toBe("linked/r150");
  await turn("Next");
  await expect.poll(first).toBe("linked/r200");
  await page.reload();
  await expect.poll(first).toBe("linked/r200");
  await turn("Previous");
  await expect.poll(first).toBe("linked/r150");
  expect(new URL(page.url()).searchParams.get("page")).toBe("2");
  await turn("Previous");
  await expect.poll(first).toBe("linked/r100");
  await turn("Next");
  await expect.poll(first).toBe("linked/r150");
});

it("each column narrows the list, and the address keeps by what", async () => {
  const { page, go, heading } = shown;
  const names = () => page.getByRole("link", { name: /^narrow\// }).allTextContents();
  for (const name of ["narrow/a", "narrow/b"]) await createRepository(server, name);
  await ecrOf(server).send(
    new CreateRepositoryCommand({
      ...{ repositoryName: "narrow/c", imageTagMutability: "IMMUTABLE" },
      encryptionConfiguration: { encryptionType: "KMS" },
      tags: [{ Key: "team", Value: "blue" }],
    }),
  );
  await go("/repositories?prefix=narrow%2F");
  await heading("Repositories");
  await expect.poll(names).toEqual(["narrow/a", "narrow/b", "narrow/c"]);
  await page.getByText("team=blue", { exact: true }).first().waitFor();
  const choose = async (any: string, option: string) => {
    await page.getByRole("button", { name: new RegExp(any) }).click();
    await page.getByRole("option", { name: option, exact: true }).click();
  };
  await choose("Any mutability", "Mutable");
  await expect.poll(names).toEqual(["narrow/a", "narrow/b"]);
  await choose("Mutable", "Immutable");
  await expect.poll(names).toEqual(["narrow/c"]);
  await choose("Any encryption", "AES-256");
  await page.getByText("No match").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByLabel("Tag, tag=value").fill("team=blue");
  await expect.poll(names).toEqual(["narrow/c"]);
  await expectAccessible(shown);
  await page.reload();
  await expect.poll(names).toEqual(["narrow/c"]);
  expect(new URL(page.url()).searchParams.get("tag")).toBe("team=blue");
});

it("push commands name the host, port and region that the browser sees", async () => {
  await createRepository(server, "team/shop");
  const { port } = new URL(server.origin);
  const host = `${lanHost}:${port}`;
  const other = await visit(browser, { origin: `http://${host}` });
  try {
    await other.go("/r/team/shop/-/images");
    await other.heading("Sign in");
    await signIn(other, server);
    await other.heading("team/shop");
    expect(await other.page.evaluate<boolean>("isSecureContext")).toBe(false);
    await other.page.getByRole("button", { name: "View push commands" }).click();
    const dialog = other.page.getByRole("dialog");
    await dialog.getByText(`docker push ${host}/team/shop:TAG`).waitFor();
    const login = `aws ecr get-login-password --endpoint-url http://${host} --region us-east-1`;
    await dialog.getByText(login).first().waitFor();
    await dialog.getByRole("tab", { name: "podman" }).click();
    await dialog.getByText(`podman push --tls-verify=false ${host}/team/shop:TAG`).waitFor();
    await dialog.getByRole("button", { name: /^Copy podman push/ }).click();
    await dialog.getByText("Copied").waitFor();
    expect(other.problems).toEqual([]);
  } finally {
    await other.close();
  }
});

it("an image that another client pushes appears without a reload, and is announced", async () => {
  await createRepository(server, "team/live");
  const { page, go, heading } = shown;
  await go("/r/team/live/-/images");
  await heading("team/live");
  await page.getByText("No images").waitFor();
  await pushImage(server, "team/live", "v1");
  await page.getByRole("link", { name: "v1", exact: true }).waitFor({ timeout: 3_000 });
  await expect.poll(() => page.getByText("v1 was pushed.").count()).toBeGreaterThan(0);
});
