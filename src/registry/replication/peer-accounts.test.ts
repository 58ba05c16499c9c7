import { afterEach, beforeEach, expect, it } from "vitest";
import { account, otherAccount, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { peerAccounts, peers } from "../../settings/peer-settings.ts";
import { openOrganization } from "../identity/organization.ts";
import type { AccountId, Region } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import { PeerTarget } from "./peer-target.ts";
import {
  putReplicationConfiguration,
  replicationConfiguration,
} from "./replication-configuration.ts";
import { targetOf } from "./target-of.ts";

const elsewhere = "ap-south-1" as Region;
const east = "us-east-1" as Region;
const url = "https://peer.example";

let opened: TestPorts;
let registry: TestRegistry;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
});
afterEach(() => registry.close());

const takers = (accounts?: string[]) =>
  peerAccounts(peers.parse(JSON.stringify({ [elsewhere]: { url, accounts } })), account);
const of = (owner: AccountId) => ({ account: owner, region: east });
const rules = [{ destinations: [{ account, region: elsewhere }], prefixes: [] }];
const put = (owner: AccountId, accounts?: string[]) =>
  putReplicationConfiguration(
    opened.ports,
    of(owner),
    { rules },
    { regions: [east], peerAccounts: takers(accounts) },
  );

it("only accounts that the operator listed set up copies to a peer; by default the management account", async () => {
  await put(account);
  await expect(put(otherAccount)).rejects.toThrow(
    `'${elsewhere}' is not open to account '${otherAccount}'`,
  );
  expect(await replicationConfiguration(opened.ports, of(otherAccount))).toEqual({ rules: [] });
  await put(otherAccount, [otherAccount]);
  await expect(put(account, [otherAccount])).rejects.toMatchObject({ kind: "InvalidParameter" });
});

it("a configuration that was put before the operator shut an account out copies nothing to the peer", async () => {
  const { ports } = opened;
  await registry.createRepository("team/app");
  const repository = await findRepository(ports, of(account), "team/app" as never);
  const target = (accounts?: string[]) =>
    targetOf(
      ports,
      {
        regions: [east],
        peers: new Map([[elsewhere, { ask: () => Promise.reject(new Error("asked")) }]]),
        peerAccounts: takers(accounts),
        organization: () => openOrganization(ports, registry.environment.deployment, false),
        trashMs: 0,
      },
      repository,
      { account, region: elsewhere },
    );
  expect(target()).toBeInstanceOf(PeerTarget);
  expect(target([account, otherAccount])).toBeInstanceOf(PeerTarget);
  expect(() => target([otherAccount])).toThrow(
    expect.objectContaining({ kind: "AccessDenied" }) as Error,
  );
});
