/** What holds for the whole registry, set in the console and read by the API. */
import {
  CreateRepositoryCommand,
  CreateRepositoryCreationTemplateCommand,
  DescribeRepositoriesCommand,
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
  GetSigningConfigurationCommand,
  ListImagesCommand,
  ListPullTimeUpdateExclusionsCommand,
} from "@aws-sdk/client-ecr";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, it } from "vitest";
import { Sha256 } from "../../src/registry/sha256.ts";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { ecrOf, pushImage } from "./content.ts";
import { signedIn } from "./signed-in.ts";

let server: RunningServer;
let shown: Visit;

signedIn((started, page) => {
  [server, shown] = [started, page];
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
  await page.getByRole("textbox", { name: "Repositories" }).fill("none/*");
  await page.getByText("matches nothing now").waitFor();
  await ecrOf(server).send(new CreateRepositoryCommand({ repositoryName: "prod/app" }));
  await page.getByRole("textbox", { name: "Repositories" }).fill("prod/* *base*");
  await page.getByText("matches nothing now").waitFor({ state: "detached" });
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

function clientOf() {
  const { accessKeyId, secretAccessKey, origin: endpoint } = server;
  const credentials = { accessKeyId, secretAccessKey };
  return { region: "us-east-1", endpoint, credentials, maxAttempts: 1 };
}

/** AWS Signer, PutSigningProfile. */
async function makeProfile(name: string): Promise<string> {
  const { region, credentials } = clientOf();
  const { hostname, host } = new URL(server.origin);
  const signer = new SignatureV4({ credentials, region, service: "signer", sha256: Sha256 });
  const body = JSON.stringify({ platformId: "Notation-OCI-SHA384-ECDSA" });
  const path = `/signing-profiles/${name}`;
  const headers = { host, "content-type": "application/json" };
  const asked = new HttpRequest({
    method: "PUT",
    protocol: "http:",
    hostname,
    path,
    headers,
    body,
  });
  const signed = await signer.sign(asked);
  const init = { method: "PUT", body, headers: signed.headers };
  const answer = (await (await fetch(`${server.origin}${path}`, init)).json()) as { arn: string };
  return answer.arn;
}

it("signing is set for what a profile signs, and taken away again", async () => {
  const { page, go, heading } = shown;
  const signingProfileArn = await makeProfile("release");
  await go("/settings?tab=signing");
  await heading("Settings");
  await page.getByText("No rule: nothing is signed when it is pushed.").waitFor();
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByRole("textbox", { name: "Repositories" }).fill("prod/* team/*");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  const told = await ecrOf(server).send(new GetSigningConfigurationCommand({}));
  expect(told.signingConfiguration?.rules).toEqual([
    {
      signingProfileArn,
      repositoryFilters: ["prod/*", "team/*"].map((filter) => ({
        ...{ filter, filterType: "WILDCARD_MATCH" },
      })),
    },
  ]);
  await page.getByRole("button", { name: "Remove rule 1" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  const gone = () => ecrOf(server).send(new GetSigningConfigurationCommand({}));
  await expect
    .poll(() => gone().then(String, ({ name }) => name))
    .toBe("SigningConfigurationNotFoundException");
});

it("create on push shows the templates that say so", async () => {
  const { page, go, heading } = shown;
  for (const [prefix, occasion] of [
    ["pushed", "CREATE_ON_PUSH"],
    ["cached", "PULL_THROUGH_CACHE"],
  ] as const) {
    await ecrOf(server).send(
      new CreateRepositoryCreationTemplateCommand({ prefix, appliedFor: [occasion] }),
    );
  }
  await go("/settings?tab=push");
  await heading("Settings");
  await page.getByRole("link", { name: "pushed" }).waitFor();
  expect(await page.getByText("cached").count()).toBe(0);
  await page.getByRole("link", { name: "pushed" }).click();
  await heading("Creation templates");
});

it("a scanner is left out of pull times, and counts again", async () => {
  const { page, go, heading } = shown;
  const arn = "arn:aws:iam::000000000000:role/scanner";
  const listed = async () => {
    const told = await ecrOf(server).send(new ListPullTimeUpdateExclusionsCommand({}));
    return told.pullTimeUpdateExclusions;
  };
  await go("/settings?tab=exclusions");
  await heading("Settings");
  await page.getByText("Every pull counts.").waitFor();
  await page.getByRole("textbox", { name: "User or role, by ARN" }).fill(arn);
  await page.getByRole("button", { name: "Exclude" }).click();
  await page.getByText(`Pulls by ${arn} count no more.`).waitFor();
  expect(await listed()).toEqual([arn]);
  await page.getByRole("button", { name: `Remove ${arn}` }).click();
  await page.getByText(`Pulls by ${arn} count again.`).waitFor();
  expect(await listed()).toEqual([]);
});

it("a repository's tags are made immutable, with exceptions that are tried first", async () => {
  const { page, go, heading } = shown;
  const repositoryName = "team/exceptions";
  await ecrOf(server).send(new CreateRepositoryCommand({ repositoryName }));
  await go(`/r/${repositoryName}/-/settings`);
  await heading(repositoryName);
  await page.getByLabel("Immutable, with exceptions that are not").check();
  await page.getByLabel("Exceptions", { exact: true }).fill("latest dev-*");
  await page.getByLabel("Try a tag").fill("dev-1");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  const told = await ecrOf(server).send(
    new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }),
  );
  expect(told.repositories?.[0]).toMatchObject({
    imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
    imageTagMutabilityExclusionFilters: ["latest", "dev-*"].map((filter) => ({ filter })),
  });
});

it("a repository is copied to a new one with other encryption, tags and all", async () => {
  const { page, go, heading, expected } = shown;
  expected.add("RepositoryNotFoundException"); // The name is free.
  const repositoryName = "team/open";
  await ecrOf(server).send(new CreateRepositoryCommand({ repositoryName }));
  for (const tag of ["v1", "v2"]) await pushImage(server, repositoryName, tag, { seed: tag });
  await go(`/r/${repositoryName}/-/settings`);
  await heading(repositoryName);
  const title = "Copy to a new repository with other encryption";
  await page.getByRole("button", { name: title }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Repository name").fill("team/sealed");
  await dialog.getByText("The name is free.").waitFor();
  await dialog.getByLabel("KMS, managed key").check();
  await expectAccessible(shown);
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await heading("team/sealed");
  await page.getByText("2 images were copied to team/sealed.").first().waitFor();
  const ecr = ecrOf(server);
  const { repositories } = await ecr.send(
    new DescribeRepositoriesCommand({ repositoryNames: ["team/sealed"] }),
  );
  expect(repositories?.[0]?.encryptionConfiguration?.encryptionType).toBe("KMS");
  const imagesOf = async (name: string) => {
    const { imageIds = [] } = await ecr.send(new ListImagesCommand({ repositoryName: name }));
    return imageIds.map(({ imageTag, imageDigest }) => `${imageTag} ${imageDigest}`).sort();
  };
  expect(await imagesOf("team/sealed")).toEqual(await imagesOf(repositoryName));
});

it("the keys of a region come in one request, and are switched off after a question", async () => {
  const { page, go, heading } = shown;
  const kms = new KMSClient(clientOf());
  for (let made = 0; made < 5; made += 1) {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const TargetKeyId = KeyMetadata?.KeyId ?? "";
    await kms.send(new CreateAliasCommand({ AliasName: `alias/key-${made}`, TargetKeyId }));
  }
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.headers()["x-amz-target"] ?? ""));
  await go("/keys");
  await heading("Keys");
  await page.getByRole("link", { name: "alias/key-4" }).waitFor();
  expect(asked.filter((target) => /^TrentService|ListKmsKeys$/.test(target))).toEqual([
    "Entrepot_V1.ListKmsKeys",
  ]);
  await page.getByRole("radio", { name: "alias/key-2" }).check();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  const row = page.getByRole("row", { name: /alias\/key-2/ });
  await row.getByText("Disabled").waitFor();
  await page.getByRole("button", { name: "Enable" }).waitFor();
});
