/** What happened to an image: pulls, tags and refusals, of one kind or of all. */
import { BatchGetImageCommand, ECRClient } from "@aws-sdk/client-ecr";
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { ask, createRepository, ecrOf, pushImage } from "./content.ts";
import { createUser } from "./people.ts";
import { signedIn } from "./signed-in.ts";

const repositoryName = "team/seen";
let server: RunningServer;
let shown: Visit;

signedIn((started, page) => {
  [server, shown] = [started, page];
});

it("an image tells who pulled and tagged it, and who was refused", async () => {
  await createRepository(server, repositoryName);
  const imageDigest = await pushImage(server, repositoryName, "v1");
  await pushImage(server, repositoryName, "v2", { seed: "other" });
  const pull = (imageTag: string) =>
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag }] });
  await ecrOf(server).send(pull("v1"));
  await ask(server, "entrepot:RestoreTag", { repositoryName, imageTag: "stable", imageDigest });
  const eve = await createUser(server, "eve", ["kms:*"]);
  const { origin: endpoint } = server;
  const ofEve = new ECRClient({ region: "us-east-1", endpoint, credentials: eve, maxAttempts: 1 });
  await expect(ofEve.send(pull("v1"))).rejects.toThrow(/not authorized/);
  const { page, go, heading } = shown;
  await go(`/r/${repositoryName}/-/i/${imageDigest}?tab=activity`);
  await heading(`${repositoryName}:stable`);
  const table = page.getByRole("grid", { name: "Activity" });
  await table.getByText("BatchGetImage: v1").first().waitFor();
  await table.getByText("RestoreTag: stable").waitFor();
  await table.getByText("AccessDeniedException").waitFor();
  await table.getByText(eve.arn).waitFor();
  expect(await table.getByText("BatchGetImage: v2").count()).toBe(0);
  await expectAccessible(shown);
  await page.getByRole("button", { name: /^Kind/ }).click();
  await page.getByRole("option", { name: "Denials" }).click();
  await expect.poll(() => table.getByText("RestoreTag: stable").count()).toBe(0);
  await table.getByText(eve.arn).waitFor();
  expect(page.url()).toContain("kind=DENIAL");
  await table.getByRole("radio").first().check();
  await page.getByText('"errorCode": "AccessDeniedException"').waitFor();
});
