/** A repository's policy, written as a form in step with its text. */
import {
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  GetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { createRepository, ecrOf, pushImage } from "./content.ts";
import { createUser } from "./people.ts";
import { signedIn } from "./signed-in.ts";

const repositoryName = "team/open";
let server: RunningServer;
let shown: Visit;

signedIn((started, page) => {
  [server, shown] = [started, page];
});

it("statements are written as a form, and what it has no field for is kept", async () => {
  await createRepository(server, repositoryName);
  const { page, go, heading } = shown;
  await go(`/r/${repositoryName}/-/permissions`);
  await heading(repositoryName);
  const text = page.getByLabel("Repository policy (JSON)");
  const form = page.getByRole("list", { name: "Statements as a form" });
  await page.getByRole("button", { name: "Add statement" }).click();
  await form.getByLabel("Name (Sid)").fill("Partners");
  await form.getByLabel("Principals").fill("111111111111 ");
  await form.getByLabel("Principals").pressSequentially("222222222222");
  await form.getByLabel("Another action").fill("ecr:Describe*");
  await form.getByRole("button", { name: "Add action" }).click();
  const policy = JSON.parse(await text.inputValue()) as { Statement: object[] };
  const statement = {
    ...{ Sid: "Partners", Effect: "Allow" },
    Principal: { AWS: ["111111111111", "222222222222"] },
    Action: [
      ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      "ecr:Describe*",
    ],
  };
  expect(policy).toEqual({ Version: "2012-10-17", Statement: [statement] });
  const Condition = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
  await text.fill(JSON.stringify({ ...policy, Statement: [{ ...statement, Condition }] }));
  await form.getByText(/no fields for Condition: that stays/).waitFor();
  await form.getByRole("button", { name: /^Effect/ }).click();
  await page.getByRole("option", { name: "Deny" }).click();
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  // ECR keeps accounts by their ARNs.
  const arns = statement.Principal.AWS.map((id) => `arn:aws:iam::${id}:root`);
  const stored = await ecrOf(server).send(new GetRepositoryPolicyCommand({ repositoryName }));
  expect(JSON.parse(stored.policyText ?? "")).toEqual({
    ...policy,
    Statement: [{ ...statement, Effect: "Deny", Principal: { AWS: arns }, Condition }],
  });
});

it("what each principal can do is told, with what it lacks, and leads to the simulator", async () => {
  const name = "team/who";
  await createRepository(server, name);
  await createUser(server, "ann", ["ecr:*"]);
  await createUser(server, "bob", ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"]);
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/permissions`);
  await heading(name);
  const table = page.getByRole("table", { name: "What can they do" });
  await table.getByRole("row", { name: /user\/ann Yes Yes Yes Yes Yes/ }).waitFor();
  const row = table.getByRole("row", { name: /user\/bob/ });
  expect(await row.textContent()).toContain("No: ecr:GetDownloadUrlForLayer");
  await expectAccessible(shown);
  await row.getByRole("link", { name: "user/bob" }).click();
  await heading("Access");
  await expect.poll(() => page.getByLabel("Repository").first().inputValue()).toBe(name);
});

it("where any tag pointed is shown, also one that is gone, by an address of its own", async () => {
  const name = "team/moves";
  await createRepository(server, name);
  const first = await pushImage(server, name, "gone", { seed: "a" });
  await pushImage(server, name, "kept", { seed: "b" });
  const imageIds = [{ imageTag: "gone" }];
  await pushImage(server, name, "other", { seed: "a" });
  await ecrOf(server).send(new BatchDeleteImageCommand({ repositoryName: name, imageIds }));
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/history`);
  await heading(name);
  const table = page.getByRole("table", { name: "History" });
  const field = page.getByLabel("Tags");
  await expect.poll(() => field.inputValue()).not.toBe("");
  await field.fill("ke");
  await page.getByRole("option", { name: "kept" }).click();
  await expect.poll(() => page.url()).toContain("tag=kept");
  await go(`/r/${name}/-/history?tag=gone`);
  await heading(name);
  await table.getByRole("row", { name: /removed/ }).waitFor();
  await table.getByRole("row", { name: new RegExp(first.slice(7, 15)) }).waitFor();
  await page.getByRole("button", { name: "Point back here" }).click();
  await page.getByText("Saved.").first().waitFor();
  const described = new DescribeImagesCommand({ repositoryName: name, imageIds });
  const { imageDetails } = await ecrOf(server).send(described);
  expect(imageDetails?.[0]?.imageDigest).toBe(first);
});
