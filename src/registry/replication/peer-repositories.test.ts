import { afterEach, beforeEach, expect, it } from "vitest";
import { account, deployment, TestRegistry } from "../../../test/support/ecr.ts";
import { PeerDouble } from "../../../test/support/peer-double.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { routeReplication, settleReplication } from "../../../test/support/settle-replication.ts";
import { createRepositoryCreationTemplate } from "../../operations/ecr/create-repository-creation-template.ts";
import { deleteRepository } from "../../operations/ecr/delete-repository.ts";
import { describeRepositories } from "../../operations/ecr/describe-repositories.ts";
import { listEvents } from "../../operations/entrepot/list-events.ts";
import type { Region } from "../names.ts";
import { putReplicationConfiguration } from "./replication-configuration.ts";
import { putReplicationOptions } from "./replication-options.ts";

const there = "eu-west-2" as Region;
const repositoryName = "team/app";

let opened: TestPorts;
let registry: TestRegistry;
let peer: PeerDouble;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  peer = await PeerDouble.open(there);
  await registry.createRepository(repositoryName);
  const source = { account, region: deployment.region };
  const destination = { account, region: there };
  const rules = [{ destinations: [destination], prefixes: [] }];
  const reach = {
    regions: deployment.regions,
    peerAccounts: new Map([[there, new Set([account])]]),
  };
  await putReplicationConfiguration(opened.ports, source, { rules }, reach);
  await putReplicationOptions(opened.ports, source, [
    { destination, prefix: "", deletes: true, chain: false, platforms: [], settings: [] },
  ]);
});
afterEach(async () => {
  await registry.close();
  await peer.registry.close();
});

const settle = async () => {
  await settleReplication(opened, new Map([[there, peer]]));
  opened.clock.advance(5);
};
const found = async () => {
  const { repositories = [] } = await peer.registry.ask(describeRepositories, {}, peer.caller);
  return repositories.map((each) => [each.repositoryName, each.imageTagMutability]);
};
const remove = () => registry.ask(deleteRepository, { repositoryName, force: true });
const template = () =>
  peer.registry.ask(
    createRepositoryCreationTemplate,
    { prefix: "team", appliedFor: ["REPLICATION"], imageTagMutability: "IMMUTABLE" },
    peer.caller,
  );

it("a repository at another Entrepot is made as its template for replication says", async () => {
  await template();
  await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
  await settle();
  expect(await found()).toEqual([[repositoryName, "IMMUTABLE"]]);
  expect(peer.count("CreateRepository")).toBe(0);
});

it("a repository that is deleted as a whole goes at another Entrepot, and no copy makes it anew", async () => {
  await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
  await settle();
  await remove();
  await settle();
  expect(await found()).toEqual([]);
  const input = { repositoryName, source: { region: deployment.region, registryId: account } };
  const copy = { ...input, aliveAt: opened.clock.now() - 9 };
  const { signal } = new AbortController();
  const answer = await peer.ask("entrepot", "CreateReplicaRepository", copy, signal);
  expect(answer).toMatchObject({ isRemoved: true });
  expect(await found()).toEqual([]);
});

it("a repository that is deleted as a whole stays at ECR itself, and that is told", async () => {
  peer.unknown = () => true;
  await template();
  await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
  await settle();
  await remove();
  await settle();
  expect(await found()).toEqual([[repositoryName, "MUTABLE"]]);
  await routeReplication(opened);
  const { events } = await registry.ask(listEvents, { detailType: "Entrepot Replication" });
  expect(events.map(({ event }) => event.detail)).toMatchObject([
    { "action-type": "DELETE_REPOSITORY", "failure-code": "RepositoryNotRemovable" },
  ]);
});
