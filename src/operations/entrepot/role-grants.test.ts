import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, TestRegistry } from "../../../test/support/ecr.ts";
import { putUser, userWith } from "../../../test/support/identity.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { accessRoleDocument, accessRoles } from "../../registry/identity/access-roles.ts";
import { userPrincipal } from "../../registry/identity/load-principal.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { knownActions } from "../../registry/policy/known-actions.ts";
import { lintPolicy } from "../../registry/policy/lint-policy.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { getAuthorizationToken } from "../ecr/get-authorization-token.ts";
import { createOpenIDConnectProvider } from "../iam/create-open-id-connect-provider.ts";
import { createPolicyVersion } from "../iam/create-policy-version.ts";
import { simulatePrincipalPolicy } from "../iam/simulate-principal-policy.ts";
import { updateAssumeRolePolicy } from "../iam/update-assume-role-policy.ts";
import { approveRequest } from "./approve-request.ts";
import { grantRole } from "./grant-role.ts";
import { listRoleGrants } from "./list-role-grants.ts";
import { putEnvironment } from "./put-environment.ts";
import { requestApproval } from "./request-approval.ts";
import { revokeRole } from "./revoke-role.ts";

const repositoryName = "team/app";
let opened: TestPorts;
let registry: TestRegistry;
let imageDigest: string;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  for (const name of [repositoryName, "other/app"]) await registry.createRepository(name);
  imageDigest = await registry.pushImage(repositoryName, "one");
});
afterEach(() => registry.close());

const grantOf = (role: string, more: object = {}) => ({
  ...{ principalKind: "user", principalName: "ann", role, repositoryPrefix: "team/" },
  ...more,
});
const grant = (role: string, more: object = {}) => registry.ask(grantRole, grantOf(role, more));
/** As somebody whose policies are read anew. */
async function caller(name = "ann"): Promise<Caller> {
  const user = await opened.ports.metadata.identity.entities.find(account, "user", name);
  const principal = await userPrincipal(opened.ports, testOrganization, user!, `AKIA${name}`);
  return { ...callerOf(account), principal };
}
const denied = { kind: "AccessDenied" };

describe("a role", () => {
  it.each(accessRoles)(
    "%s is a policy without a fault, over a prefix and over the account",
    (role) => {
      for (const prefix of ["", "team/"]) {
        const document = accessRoleDocument(role, account, prefix);
        const faults = lintPolicy(document, "managed", knownActions);
        expect(faults.filter(({ severity }) => severity !== "note")).toEqual([]);
      }
    },
  );

  it("lets a viewer pull under its prefix and nowhere else, and do nothing more", async () => {
    await putUser(opened.ports, { account, name: "ann" });
    const pull = { repositoryName, imageIds: [{ imageDigest }] };
    await expect(registry.ask(batchGetImage, pull, await caller())).rejects.toMatchObject(denied);
    await grant("Viewer");
    const ann = await caller();
    expect((await registry.ask(batchGetImage, pull, ann)).failures).toEqual([]);
    await registry.ask(getAuthorizationToken, {}, ann);
    const other = { ...pull, repositoryName: "other/app" };
    await expect(registry.ask(batchGetImage, other, ann)).rejects.toMatchObject(denied);
    await expect(registry.ask(describeRepositories, {}, ann)).rejects.toMatchObject(denied);
    const asked = { repositoryName, imageDigest, environment: "production", comment: "please" };
    await expect(registry.ask(requestApproval, asked, ann)).rejects.toMatchObject(denied);
    await grant("Viewer", { repositoryPrefix: "" });
    await registry.ask(describeRepositories, {}, await caller());
  });

  it("lets a developer ask and a reviewer approve, and neither do the other's", async () => {
    await registry.ask(putEnvironment, { name: "production" });
    for (const name of ["ann", "ben"]) await putUser(opened.ports, { account, name });
    await grant("Developer");
    await grant("Reviewer", { principalName: "ben" });
    const [ann, ben] = [await caller("ann"), await caller("ben")];
    const asked = { repositoryName, imageDigest, environment: "production", comment: "please" };
    await expect(registry.ask(requestApproval, asked, ben)).rejects.toMatchObject(denied);
    const { request } = await registry.ask(requestApproval, asked, ann);
    const { requestId } = request;
    const decision = { repositoryName, imageDigest, requestId, comment: "fine" };
    await expect(registry.ask(approveRequest, decision, ann)).rejects.toMatchObject(denied);
    const done = await registry.ask(approveRequest, decision, ben);
    expect(done.request.state).toBe("APPROVED");
  });

  it("is seen, simulated as any policy, and taken away", async () => {
    await putUser(opened.ports, { account, name: "ann" });
    const { grant: given } = await grant("Viewer");
    expect(await grant("Viewer")).toEqual({ grant: given });
    const who = { principalKind: "user", principalName: "ann" };
    const { roles } = await registry.ask(listRoleGrants, who);
    expect(roles).toMatchObject([{ role: "Viewer", repositoryPrefix: "team/", count: 1 }]);
    expect(await registry.ask(listRoleGrants, {})).toEqual({
      roles: [{ ...roles[0], principals: [{ kind: "user", name: "ann" }] }],
    });
    const simulate = async (action: string) => {
      const { EvaluationResults: results } = await registry.ask(simulatePrincipalPolicy, {
        ...{ PolicySourceArn: `arn:aws:iam::${account}:user/ann`, ActionNames: [action] },
        ResourceArns: [`arn:aws:ecr:us-east-1:${account}:repository/${repositoryName}`],
      });
      return results?.[0]?.EvalDecision;
    };
    expect(await simulate("ecr:BatchGetImage")).toBe("allowed");
    expect(await simulate("ecr:PutImage")).toBe("implicitDeny");
    await registry.ask(revokeRole, grantOf("Viewer"));
    expect(await simulate("ecr:BatchGetImage")).toBe("implicitDeny");
    expect(await registry.ask(listRoleGrants, who)).toEqual({ roles: [] });
    const again = registry.ask(revokeRole, grantOf("Viewer"));
    await expect(again).rejects.toMatchObject({ kind: "ResourceNotFound" });
  });

  it("is granted by nobody who could not do so in IAM, and to nobody who is not there", async () => {
    const named = { Effect: "Allow", Action: "entrepot:GrantRole", Resource: "*" };
    const climber = await userWith(opened.ports, { account, name: "climber" }, named);
    const self = grantOf("Administrator", { principalName: "climber" });
    await expect(registry.ask(grantRole, self, climber)).rejects.toMatchObject(denied);
    await expect(grant("Viewer")).rejects.toMatchObject({ kind: "NoSuchEntity" });
  });

  it("is granted and taken only where policies let its policy be attached and detached", async () => {
    await putUser(opened.ports, { account, name: "ann" });
    const administrators = `arn:aws:iam::${account}:policy/entrepot/EntrepotAdministrator-*`;
    const everything = { Effect: "Allow", Action: ["entrepot:*Role", "iam:*"], Resource: "*" };
    const delegate = await userWith(opened.ports, { account, name: "delegate" }, everything, {
      ...{
        Effect: "Deny",
        Action: ["iam:AttachUserPolicy", "iam:DetachUserPolicy"],
        Resource: "*",
      },
      Condition: { ArnLike: { "iam:PolicyARN": administrators } },
    });
    await registry.ask(grantRole, grantOf("Viewer"), delegate);
    const most = grantOf("Administrator");
    await expect(registry.ask(grantRole, most, delegate)).rejects.toMatchObject(denied);
    await grant("Administrator");
    await expect(registry.ask(revokeRole, most, delegate)).rejects.toMatchObject(denied);
    await registry.ask(revokeRole, grantOf("Viewer"), delegate);
  });

  it("is not granted by a policy that somebody has changed", async () => {
    await putUser(opened.ports, { account, name: "ann" });
    const { grant: given } = await grant("Viewer");
    await registry.ask(createPolicyVersion, {
      ...{ PolicyArn: given.policyArn, SetAsDefault: true },
      PolicyDocument: accessRoleDocument("Administrator", account, ""),
    });
    await expect(grant("Viewer")).rejects.toMatchObject({ kind: "Conflict" });
  });

  it("is a group's of an OIDC provider: a role that trusts the group in the token, seen and simulated", async () => {
    const url = "login.example.com:8443/realm";
    const providerArn = `arn:aws:iam::${account}:oidc-provider/${url}`;
    const who = { principalKind: "provider-group", principalName: "CN=${aws:x},ü", providerArn };
    const missing = registry.ask(grantRole, grantOf("Developer", who));
    await expect(missing).rejects.toMatchObject({ kind: "NoSuchEntity" });
    await registry.ask(createOpenIDConnectProvider, { Url: `https://${url}` });
    const { grant: given } = await grant("Developer", who);
    expect(given).toMatchObject({ ...who, role: "Developer", repositoryPrefix: "team/" });
    const { roleArn = "" } = given;
    expect(roleArn).toMatch(/:role\/entrepot\/groups\/EntrepotGroup-CN=-aws-x-,--[0-9a-f]{16}$/);
    const named = await opened.ports.metadata.identity.entities.find(
      ...([account, "role", roleArn.split("/").at(-1) ?? ""] as const),
    );
    // A group's name is a name, and no variable of a policy.
    expect(JSON.parse(named?.trustPolicy ?? "").Statement[0].Condition).toEqual({
      "ForAnyValue:StringEquals": { [`${url}:groups`]: "CN=${$}{aws:x},ü" },
    });
    const held = await registry.ask(listRoleGrants, who);
    const principals = [{ kind: "provider-group", name: who.principalName, providerArn, roleArn }];
    expect(held.roles).toMatchObject([{ role: "Developer", principals }]);
    expect((await registry.ask(listRoleGrants, {})).roles).toEqual(held.roles);
    const simulated = await registry.ask(simulatePrincipalPolicy, {
      ...{ PolicySourceArn: roleArn, ActionNames: ["ecr:PutImage", "ecr:BatchDeleteImage"] },
      ResourceArns: [`arn:aws:ecr:us-east-1:${account}:repository/${repositoryName}`],
    });
    expect(simulated.EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).toEqual([
      ...["allowed", "implicitDeny"],
    ]);
    await grant("Reviewer", who);
    await registry.ask(revokeRole, grantOf("Developer", who));
    expect((await registry.ask(listRoleGrants, who)).roles).toMatchObject([{ role: "Reviewer" }]);
    await registry.ask(revokeRole, grantOf("Reviewer", who));
    const gone = registry.ask(listRoleGrants, who);
    await expect(gone).rejects.toMatchObject({ kind: "NoSuchEntity" });
  });

  it("is granted to a provider's group by those who may make its role, while the role trusts it alone", async () => {
    const url = "login.example.com";
    await registry.ask(createOpenIDConnectProvider, { Url: `https://${url}` });
    const who = {
      ...{ principalKind: "provider-group", principalName: "devs" },
      providerArn: `arn:aws:iam::${account}:oidc-provider/${url}`,
    };
    const actions = ["entrepot:GrantRole", "iam:CreatePolicy", "iam:AttachRolePolicy"];
    const statement = { Effect: "Allow", Action: actions, Resource: "*" };
    const helper = await userWith(opened.ports, { account, name: "helper" }, statement);
    const asked = grantOf("Viewer", who);
    await expect(registry.ask(grantRole, asked, helper)).rejects.toMatchObject(denied);
    const { grant: given } = await grant("Viewer", who);
    await registry.ask(updateAssumeRolePolicy, {
      RoleName: given.roleArn?.split("/").at(-1),
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            ...{ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity" },
            Principal: { Federated: who.providerArn },
          },
        ],
      }),
    });
    await expect(grant("Developer", who)).rejects.toMatchObject({ kind: "Conflict" });
    for (const wrong of [
      { ...who, providerArn: undefined },
      { ...who, providerArn: "arn:aws:iam::111111111111:oidc-provider/login.example.com" },
      { ...who, providerArn: "arn:aws:iam::x:role/y" },
      { ...who, principalKind: "user" },
      { principalName: "no name" },
    ]) {
      await expect(grant("Viewer", wrong)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });
});
