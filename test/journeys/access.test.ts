/** Acceptance story 9, and who has which keys. */
import { SetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { createRepository, ecrOf } from "./content.ts";
import { createUser } from "./people.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;
const role = "arn:aws:iam::000000000000:role/deployer";

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  await createUser(server, "ada", ["ecr:*"]);
  await makeRole();
  await createRepository(server, "team/pay");
  const deny = {
    ...{ Sid: "NoDeployer", Effect: "Deny", Principal: { AWS: role } },
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  };
  const everybody = {
    ...{ Sid: "Describe", Effect: "Allow", Principal: "*", Action: "ecr:DescribeImages" },
  };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [everybody, deny] });
  const repositoryName = "team/pay";
  await ecrOf(server).send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
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

/** Its own policy lets it do everything with repositories. */
async function makeRole() {
  const { accessKeyId, secretAccessKey, origin } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const iam = new IAMClient({ region: "us-east-1", endpoint: origin, credentials });
  const document = (statement: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  const principal = { AWS: "arn:aws:iam::000000000000:root" };
  const AssumeRolePolicyDocument = document({ Principal: principal, Action: "sts:AssumeRole" });
  await iam.send(new CreateRoleCommand({ RoleName: "deployer", AssumeRolePolicyDocument }));
  const PolicyDocument = document({ Action: "ecr:*", Resource: "*" });
  await iam.send(
    new PutRolePolicyCommand({ RoleName: "deployer", PolicyName: "own", PolicyDocument }),
  );
}

it("a pull that the repository denies is explicitly denied by that statement; without it in a draft it is allowed", async () => {
  const { page, go, heading } = shown;
  await go(`/access?tab=simulator&principal=${encodeURIComponent(role)}&repository=team%2Fpay`);
  await heading("Access");
  const denied = page.getByRole("row", { name: /NoDeployer/ }).first();
  await denied.getByText("decides").waitFor();
  await expect.poll(() => page.getByText("Explicitly denied").count()).toBe(2);
  await expectAccessible(shown);
  await page.getByText("Try another repository policy").first().click();
  await page.getByRole("button", { name: "Begin with the policy in force" }).click();
  const draft = page.getByRole("textbox", { name: "Try another repository policy" });
  await expect.poll(() => draft.inputValue()).toContain("NoDeployer");
  await expect.poll(() => page.getByText("Explicitly denied").count()).toBe(2);
  const policy = JSON.parse(await draft.inputValue()) as { Statement: { Sid: string }[] };
  const Statement = policy.Statement.filter(({ Sid }) => Sid !== "NoDeployer");
  await draft.fill(JSON.stringify({ ...policy, Statement }, null, 2));
  await expect.poll(() => page.getByText("Allowed", { exact: true }).count()).toBe(2);
  await expectAccessible(shown);
});

it("a user's key is created, shown once, deactivated and deleted", async () => {
  const { page, go, heading } = shown;
  await go("/access?tab=users&chosen=ada");
  await heading("Access");
  const keys = page.getByRole("table", { name: "Access keys" });
  await expect.poll(() => keys.getByRole("row").count()).toBe(2);
  await page.getByRole("button", { name: "Create access key" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create access key" }).click();
  await page.getByText("The secret is shown this once.").waitFor();
  await expectAccessible(shown);
  const [id = ""] = await page.getByRole("dialog").locator("pre").allTextContents();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await keys.getByText(id).waitFor();
  await page.getByRole("button", { name: `Deactivate ${id}` }).click();
  await page.getByRole("button", { name: `Delete ${id}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText(`${id} was deleted.`).first().waitFor();
  await expect.poll(() => keys.getByRole("row").count()).toBe(2);
  await page.getByRole("tab", { name: "Roles" }).click();
  await page.getByRole("row", { name: /deployer/ }).click();
  await page.getByText("Who may take it (trust policy)").click();
  await page.getByText("sts:AssumeRole").waitFor();
  await page.getByRole("tab", { name: "Policies" }).click();
  await page.getByText("No managed policies").waitFor();
  await expectAccessible(shown);
});
