import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { policyText, userWith } from "../../../test/support/identity.ts";
import type { CreationEvent } from "../../registry/creation-templates/creation-template.ts";
import { templateFor } from "../../registry/creation-templates/template-for.ts";
import type { Region, RepositoryName } from "../../registry/names.ts";
import { createRepositoryCreationTemplate as createTemplate } from "./create-repository-creation-template.ts";
import { deleteRepositoryCreationTemplate as deleteTemplate } from "./delete-repository-creation-template.ts";
import { describeRepositoryCreationTemplates as describeTemplates } from "./describe-repository-creation-templates.ts";
import { updateRepositoryCreationTemplate as updateTemplate } from "./update-repository-creation-template.ts";

const role = `arn:aws:iam::${account}:role/templates`;
const lifecyclePolicy = JSON.stringify({
  rules: [
    {
      ...{ rulePriority: 1, action: { type: "expire" } },
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 5 },
    },
  ],
});
const repositoryPolicy = policyText({
  ...{ Effect: "Allow", Action: "ecr:BatchGetImage" },
  Principal: { AWS: otherAccount },
});

describe("repository creation templates", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  const create = (prefix: string, more: object = {}, caller = callerOf(account)) =>
    registry.ask(createTemplate, { prefix, appliedFor: ["CREATE_ON_PUSH"], ...more }, caller);
  const prefixes = async (asked: object) => {
    const { repositoryCreationTemplates = [] } = await registry.ask(describeTemplates, asked);
    return repositoryCreationTemplates.map(({ prefix }) => prefix);
  };

  it("show the defaults of what was not said, and the prefix as it was given", async () => {
    registry.clock.set(1_700_000_000_250);
    expect(await create("prod/")).toEqual({
      registryId: account,
      repositoryCreationTemplate: {
        ...{ prefix: "prod/", imageTagMutability: "MUTABLE", resourceTags: [] },
        ...{
          encryptionConfiguration: { encryptionType: "AES256" },
          appliedFor: ["CREATE_ON_PUSH"],
        },
        ...{ createdAt: 1_700_000_000.25, updatedAt: 1_700_000_000.25 },
      },
    });
    // A slash ends every prefix, whether it is written or not.
    await expect(create("prod")).rejects.toMatchObject({ kind: "TemplateAlreadyExists" });
  });

  it("change by what is said of them alone, until they are deleted", async () => {
    const key = `arn:aws:kms:us-east-1:${account}:key/00000000-0000-4000-8000-000000000000`;
    const made = {
      ...{ description: "first", repositoryPolicy, lifecyclePolicy, customRoleArn: role },
      resourceTags: [{ Key: "team", Value: "a" }],
      encryptionConfiguration: { encryptionType: "KMS", kmsKey: key },
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "dev-*" }],
    };
    const shown = { ...made, repositoryPolicy: expect.stringContaining(`:${otherAccount}:root`) };
    const first = await create("ROOT", made);
    expect(first.repositoryCreationTemplate).toMatchObject(shown);
    registry.clock.advance(1000);
    const update = (said: object) => registry.ask(updateTemplate, { prefix: "ROOT", ...said });
    const described = await update({ description: "second" });
    const { createdAt, updatedAt } = described.repositoryCreationTemplate ?? {};
    expect(updatedAt).toBe(Number(createdAt) + 1);
    expect(described.repositoryCreationTemplate).toMatchObject({ ...shown, description: "second" });
    const { repositoryCreationTemplate: changed } = await update({
      ...{ repositoryPolicy: "", lifecyclePolicy: "", customRoleArn: "", resourceTags: [] },
      ...{ imageTagMutability: "MUTABLE", appliedFor: ["REPLICATION", "REPLICATION"] },
      encryptionConfiguration: { encryptionType: "KMS_DSSE", kmsKey: "" },
    });
    const { createdAt: _, updatedAt: __, ...rest } = changed ?? {};
    expect(rest).toEqual({
      ...{ prefix: "ROOT", description: "second", resourceTags: [], appliedFor: ["REPLICATION"] },
      ...{ imageTagMutability: "MUTABLE", encryptionConfiguration: { encryptionType: "KMS_DSSE" } },
    });
    const removed = await registry.ask(deleteTemplate, { prefix: "ROOT" });
    expect(removed.repositoryCreationTemplate).toEqual(changed);
    for (const operation of [updateTemplate, deleteTemplate]) {
      await expect(registry.ask(operation, { prefix: "ROOT" })).rejects.toMatchObject({
        kind: "TemplateNotFound",
      });
    }
  });

  it("are refused as InvalidParameter where ECR does not take what they say", async () => {
    const aesKey = { encryptionType: "AES256", kmsKey: "arn:aws:kms:us-east-1:000000000000:key/a" };
    const aliased = { encryptionType: "KMS", kmsKey: "alias/images" };
    const filter = { filterType: "WILDCARD", filter: "x" };
    const manyTags = Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: "" }));
    const refused: (readonly [prefix: string, more?: object])[] = [
      ...["Upper", "a//b", "/", "root ", "a".repeat(257)].map((prefix) => [prefix] as const),
      ["a", { appliedFor: [] }],
      ["a", { appliedFor: ["PUSH"] }],
      ["a", { description: "d".repeat(257) }],
      ["a", { encryptionConfiguration: aliased }],
      ["a", { encryptionConfiguration: aesKey }],
      ["a", { imageTagMutability: "MUTABLE_WITH_EXCLUSION" }],
      ["a", { imageTagMutabilityExclusionFilters: [filter] }],
      ["a", { repositoryPolicy: "{}" }],
      ["a", { lifecyclePolicy: "{}" }],
      ["a", { customRoleArn: `arn:aws:iam::${otherAccount}:role/r` }],
      ["a", { customRoleArn: `arn:aws:iam::${account}:user/r` }],
      ["a", { resourceTags: [{ Key: "aws:x", Value: "" }] }],
      ["a", { resourceTags: manyTags }],
    ];
    for (const [prefix, more] of refused) {
      const kind = await create(prefix, more).catch((error: { kind?: string }) => error.kind);
      expect([prefix, more, kind]).toEqual([prefix, more, "InvalidParameter"]);
    }
    expect(await prefixes({})).toEqual([]);
  });

  it("are told by prefix, or page by page, of the caller's registry alone", async () => {
    for (const prefix of ["c", "a", "b/"]) await create(prefix);
    await create("d", {}, { ...callerOf(account), region: "eu-west-1" as Region });
    expect(await prefixes({ prefixes: ["b", "never", "a/"] })).toEqual(["b/", "a"]);
    const first = await registry.ask(describeTemplates, { maxResults: 2 });
    expect(first.repositoryCreationTemplates).toHaveLength(2);
    expect(await prefixes({ maxResults: 2, nextToken: first.nextToken })).toEqual(["c"]);
    for (const broken of [{ nextToken: "made up" }, { prefixes: ["a"], maxResults: 1 }]) {
      await expect(prefixes(broken)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });

  it("need leave for all that they do, on every name below their prefix", async () => {
    const { ports } = registry.environment;
    const arns = `arn:aws:ecr:us-east-1:${account}:repository`;
    const allow = (Action: string, Resource: string, more: object = {}) => ({
      ...{ Effect: "Allow", Action, Resource, ...more },
    });
    const passing = { Condition: { StringEquals: { "iam:PassedToService": "ecr.amazonaws.com" } } };
    const rights = [
      allow("ecr:CreateRepositoryCreationTemplate", "*"),
      allow("ecr:CreateRepository", `${arns}/team/*`),
      allow("ecr:PutLifecyclePolicy", `${arns}/team/*`),
      allow("ecr:SetRepositoryPolicy", `${arns}/team/*`),
      allow("iam:PassRole", role, passing),
    ];
    const all = { repositoryPolicy, lifecyclePolicy, customRoleArn: role };
    for (const [missing] of rights.entries()) {
      const name = `without-${missing}`;
      const held = rights.filter((_, index) => index !== missing);
      const caller = await userWith(ports, { account, name }, ...held);
      await expect(create("team", all, caller)).rejects.toMatchObject({
        kind: "AccessDenied",
        message: expect.stringContaining(rights[missing]!.Action),
      });
    }
    const caller = await userWith(ports, { account, name: "with-all" }, ...rights);
    await expect(create("ROOT", {}, caller)).rejects.toMatchObject({ kind: "AccessDenied" });
    await create("team", all, caller);
  });

  it("are for names below their prefix, the longest one first and ROOT last", async () => {
    await create("ROOT");
    await create("team", { appliedFor: ["CREATE_ON_PUSH", "REPLICATION"] });
    await create("team/app/", { appliedFor: ["REPLICATION"] });
    const ports = registry.environment.ports;
    const forName = async (name: string, event: CreationEvent) => {
      const of = { account, region: "us-east-1" as Region };
      return (await templateFor(ports, of, name as RepositoryName, event))?.key;
    };
    expect(await forName("team/app/web", "REPLICATION")).toBe("team/app");
    expect(await forName("team/app/web", "CREATE_ON_PUSH")).toBe("team");
    expect(await forName("team/app", "REPLICATION")).toBe("team");
    expect(await forName("team", "CREATE_ON_PUSH")).toBe("ROOT");
    expect(await forName("teams/app", "CREATE_ON_PUSH")).toBe("ROOT");
    expect(await forName("teams/app", "REPLICATION")).toBeUndefined();
    expect(await forName("team/app/web", "PULL_THROUGH_CACHE")).toBeUndefined();
  });
});
