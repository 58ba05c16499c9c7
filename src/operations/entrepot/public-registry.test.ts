import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { png } from "../../../test/support/logos.ts";
import { indexAccount } from "../../registry/public/index-account.ts";
import { publicRegistryOf } from "../../registry/public/public-registry.ts";
import { createRepository } from "../ecr-public/create-repository.ts";
import { deleteRepository } from "../ecr-public/delete-repository.ts";
import { describeRegistries } from "../ecr-public/describe-registries.ts";
import { putRegistryCatalogData } from "../ecr-public/put-registry-catalog-data.ts";
import { deleteVerifiedPublisher } from "./delete-verified-publisher.ts";
import { describePublicRepository } from "./describe-public-repository.ts";
import { listPublicAliases } from "./list-public-aliases.ts";
import { listVerifiedPublishers } from "./list-verified-publishers.ts";
import { putVerifiedPublisher } from "./put-verified-publisher.ts";
import { releasePublicAlias } from "./release-public-alias.ts";
import { requestPublicAlias } from "./request-public-alias.ts";
import { reviewPublicAlias } from "./review-public-alias.ts";
import { searchPublicRepositories } from "./search-public-repositories.ts";
import { setPrimaryPublicAlias } from "./set-primary-public-alias.ts";

let registry: TestRegistry;
const other = callerOf(otherAccount);
const never = new AbortController().signal;

beforeEach(async () => {
  registry = await openTestRegistry();
  const catalogData = { description: "web", logoImageBlob: png(60, 60).toString("base64") };
  await registry.ask(createRepository, { repositoryName: "web", catalogData }, other);
});
afterEach(() => registry.close());

async function aliases() {
  const { registries } = await registry.ask(describeRegistries, {}, other);
  return registries?.[0]?.aliases ?? [];
}

/** What the job does that a change of the account has queued. */
function indexed(): Promise<void> {
  return indexAccount(registry.environment.ports, publicRegistryOf(otherAccount), never);
}

async function found(query: string) {
  await indexed();
  return registry.ask(searchPublicRepositories, { query });
}

describe("an alias of one's own", () => {
  it("waits for the operator, and then is an address beside the default one", async () => {
    const asked = await registry.ask(requestPublicAlias, { alias: "acme" }, other);
    expect(asked.alias).toMatchObject({ status: "PENDING", isPrimary: false });
    expect(await registry.ask(requestPublicAlias, { alias: "acme" }, other)).toEqual(asked);
    const named = { registryAlias: "acme", repositoryName: "web" };
    const absent = { kind: "RepositoryNotFound" };
    await expect(registry.ask(describePublicRepository, named)).rejects.toMatchObject(absent);
    await expect(
      registry.ask(setPrimaryPublicAlias, { alias: "acme" }, other),
    ).rejects.toMatchObject({ kind: "ResourceNotFound" });
    const waiting = await registry.ask(listPublicAliases, { status: "PENDING" });
    expect(waiting.aliases).toEqual([asked.alias]);
    await registry.ask(reviewPublicAlias, { alias: "acme", status: "ACTIVE" });
    await registry.ask(describePublicRepository, named);
    await registry.ask(setPrimaryPublicAlias, { alias: "acme" }, other);
    expect((await aliases()).map(({ primaryRegistryAlias: is }) => is).toSorted()).toEqual([
      ...[false, true],
    ]);
    expect((await found("web")).repositories?.[0]?.repositoryUri).toMatch(/\/acme\/web$/);
    await registry.ask(releasePublicAlias, { alias: "acme" }, other);
    await expect(registry.ask(describePublicRepository, named)).rejects.toMatchObject(absent);
    expect(await aliases()).toMatchObject([{ primaryRegistryAlias: true, status: "ACTIVE" }]);
  });

  it("is refused to a second one, to who may not, and to all where it is kept back", async () => {
    await registry.ask(requestPublicAlias, { alias: "acme" }, other);
    await expect(registry.ask(requestPublicAlias, { alias: "acme" })).rejects.toMatchObject({
      kind: "AlreadyExists",
    });
    await expect(registry.ask(releasePublicAlias, { alias: "acme" })).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
    for (const alias of ["aws-tools", "public", "Acme", "a"]) {
      await expect(registry.ask(requestPublicAlias, { alias }, other)).rejects.toMatchObject({
        kind: "InvalidParameter",
      });
    }
    const usual = (await aliases()).find(({ defaultRegistryAlias: is }) => is);
    const decision = { alias: usual?.name, status: "REJECTED" };
    await expect(registry.ask(reviewPublicAlias, decision)).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
    await expect(
      registry.ask(reviewPublicAlias, { alias: "acme", status: "ACTIVE" }, other),
    ).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

describe("a verified publisher", () => {
  it("has its name, its logo and a badge shown, and only as long as the operator vouches", async () => {
    await registry.ask(putRegistryCatalogData, { displayName: "Acme & Sons" }, other);
    const before = await found("web");
    expect(before.repositories[0]).toMatchObject({ verified: false });
    expect(before.repositories[0]).not.toHaveProperty("publisher");
    expect(before.repositories[0]).not.toHaveProperty("logoUrl");
    const registryId = otherAccount;
    await expect(registry.ask(putVerifiedPublisher, { registryId }, other)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    await registry.ask(putVerifiedPublisher, { registryId });
    const [shown] = (await found("sons")).repositories;
    expect(shown).toMatchObject({
      ...{ verified: true, publisher: "Acme & Sons" },
      logoUrl: expect.stringContaining("/gallery-api/logo?"),
    });
    const { publishers } = await registry.ask(listVerifiedPublishers, {});
    expect(publishers).toMatchObject([{ registryId, displayName: "Acme & Sons" }]);
    await registry.ask(deleteVerifiedPublisher, { registryId });
    expect((await found("sons")).totalCount).toBe(0);
    await expect(registry.ask(putVerifiedPublisher, { registryId: account })).rejects.toMatchObject(
      { kind: "RegistryNotFound" },
    );
  });
});

it("takes a deleted repository out of the gallery at once, whatever the trash keeps", async () => {
  registry.keepTrash(7);
  expect((await found("web")).totalCount).toBe(1);
  await registry.ask(deleteRepository, { repositoryName: "web" }, other);
  expect((await registry.ask(searchPublicRepositories, { query: "web" })).totalCount).toBe(0);
  await indexed();
  expect((await registry.ask(searchPublicRepositories, {})).totalCount).toBe(0);
});
