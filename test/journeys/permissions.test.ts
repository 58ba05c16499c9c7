/** A repository's policy, written as a form in step with its text. */
import { GetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { createRepository, ecrOf } from "./content.ts";
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
