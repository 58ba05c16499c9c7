import { createAccessKey } from "../../src/operations/iam/create-access-key.ts";
import { createPolicy } from "../../src/operations/iam/create-policy.ts";
import { createRole } from "../../src/operations/iam/create-role.ts";
import { createUser } from "../../src/operations/iam/create-user.ts";
import { putUserPolicy } from "../../src/operations/iam/put-user-policy.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { findAccessKey } from "../../src/registry/identity/find-access-key.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import type { AccountId } from "../../src/registry/names.ts";
import { account, callerOf, openTestRegistry, otherAccount, type TestRegistry } from "./ecr.ts";
import { policyText, type TestStatement } from "./identity.ts";
import { testOrganization } from "./organization.ts";

/** Two open accounts whose IAM is asked as a door asks it; by root where nobody else is named. */
export class TestIam {
  readonly registry: TestRegistry;

  constructor(registry: TestRegistry) {
    this.registry = registry;
  }

  get ports() {
    return this.registry.environment.ports;
  }

  ask<Asked extends Operation>(operation: Asked, input: object = {}, caller = callerOf(account)) {
    return this.registry.ask(operation, input, caller);
  }

  /** Makes a user with a key, and an inline policy of these statements if there are any. */
  async user(UserName: string, ...statements: TestStatement[]): Promise<Caller> {
    await this.ask(createUser, { UserName });
    if (statements.length > 0) {
      const PolicyDocument = policyText(...statements);
      await this.ask(putUserPolicy, { UserName, PolicyName: "inline", PolicyDocument });
    }
    const { AccessKey } = await this.ask(createAccessKey, { UserName });
    return this.holderOf(AccessKey.AccessKeyId ?? "");
  }

  /** Whoever holds the key, read anew, as a door knows him. */
  async holderOf(accessKeyId: string): Promise<Caller> {
    const key = await findAccessKey(this.ports, testOrganization, accessKeyId);
    if (key === undefined) throw new Error("nobody has that access key");
    return { ...callerOf(key.principal.account), principal: key.principal };
  }

  /** Makes a role that the account's own may be, and says its ARN. */
  async role(RoleName: string, more: object = {}): Promise<string> {
    const AssumeRolePolicyDocument = trustPolicy(account);
    const { Role } = await this.ask(createRole, { RoleName, AssumeRolePolicyDocument, ...more });
    return Role?.Arn ?? "";
  }

  /** Makes a managed policy of these statements, and says its ARN. */
  async policy(PolicyName: string, ...statements: TestStatement[]): Promise<string> {
    const PolicyDocument = policyText(...statements);
    const { Policy } = await this.ask(createPolicy, { PolicyName, PolicyDocument });
    return Policy?.Arn ?? "";
  }
}

/** A trust policy that lets these be the role. */
export function trustPolicy(...principals: string[]): string {
  const AWS = principals.length === 1 ? principals[0] : principals;
  return policyText({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" });
}

/** A document as IAM's answers carry it. */
export function decoded(document: string | undefined): unknown {
  return JSON.parse(decodeURIComponent(document ?? ""));
}

export async function openTestIam(): Promise<TestIam> {
  const registry = await openTestRegistry();
  const { metadata, clock } = registry.environment.ports;
  await metadata.transaction(async ({ identity }) => {
    for (const id of [account, otherAccount] as AccountId[]) {
      await identity.accounts.insertIfAbsent({
        ...{ id, name: `account ${id}`, email: `${id}@example.com`, status: "ACTIVE", tags: [] },
        ...{ joinedMethod: "CREATED", createdAt: clock.now(), alias: undefined },
      });
    }
  });
  return new TestIam(registry);
}
