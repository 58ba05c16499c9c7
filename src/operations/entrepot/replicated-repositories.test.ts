import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  deployment,
  otherAccount,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { routeReplication, settleReplication } from "../../../test/support/settle-replication.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { deleteRepository } from "../ecr/delete-repository.ts";
import { describeImages } from "../ecr/describe-images.ts";
import { putRegistryPolicy } from "../ecr/put-registry-policy.ts";
import { putReplicationConfiguration } from "../ecr/put-replication-configuration.ts";
import { startReplicationBackfill } from "../ecr/start-replication-backfill.ts";
import { listEvents } from "./list-events.ts";
import { listTrash } from "./list-trash.ts";
import { putReplicationOptions } from "./put-replication-options.ts";
import { restoreRepository } from "./restore-repository.ts";

const west = "eu-west-1" as Region;
const east = deployment.region;
const repositoryName = "team/app";
const to = (region: string, registryId: string = account) => ({ region, registryId });
const at = (region: Region, of: AccountId = account) => ({ ...callerOf(of), region });

let opened: TestPorts;
let registry: TestRegistry;
/** The same registry, at the other region's door. */
let there: TestRegistry;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  registry.keepTrash(7);
  there = new TestRegistry(opened);
  const ask = there.ask.bind(there);
  there.ask = (operation, input) => ask(operation, input, at(west));
  await registry.createRepository(repositoryName);
});
afterEach(() => registry.close());

const settle = async () => {
  await settleReplication(opened, new Map(), 7 * 86_400_000);
  opened.clock.advance(5);
};
const configure = (destinations: object[], options: object[], caller = at(east)) =>
  Promise.all([
    registry.ask(
      putReplicationConfiguration,
      { replicationConfiguration: { rules: [{ destinations }] } },
      caller,
    ),
    registry.ask(putReplicationOptions, { options }, caller),
  ]);
const bothWays = async () => {
  await configure([to(west)], [{ destination: to(west), deletes: true }]);
  await configure([to(east)], [{ destination: to(east), deletes: true }], at(west));
};
/** `undefined` where there is no such repository. */
const images = async (caller = at(west)) => {
  try {
    const { imageDetails = [] } = await registry.ask(describeImages, { repositoryName }, caller);
    return Object.fromEntries(
      imageDetails.map(({ imageDigest, imageTags = [] }) => [imageDigest, [...imageTags]]),
    );
  } catch (error) {
    if (error instanceof Error && error.message.includes("does not exist")) return undefined;
    throw error;
  }
};
const expectBoth = async (expected: object | undefined) => {
  expect(await images(at(east))).toEqual(expected);
  expect(await images(at(west))).toEqual(expected);
};
const remove = (caller = at(east)) =>
  registry.ask(deleteRepository, { repositoryName, force: true }, caller);
const push = async (content: string, imageTag: string, of = registry) => {
  const digest = await of.pushImage(repositoryName, content, { imageTag });
  opened.clock.advance(5);
  return digest;
};

const other = at(east, otherAccount);
const allow = (from: AccountId, into: typeof other, ...actions: string[]) =>
  registry.ask(
    putRegistryPolicy,
    {
      policyText: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            ...{ Sid: "in", Effect: "Allow", Action: actions, Resource: "*" },
            Principal: { AWS: `arn:aws:iam::${from}:root` },
          },
        ],
      }),
    },
    into,
  );
const copies = ["ecr:ReplicateImage", "ecr:CreateRepository"];

describe("A repository that is deleted as a whole", () => {
  it("goes where an option says so, into the trash there, and nowhere else", async () => {
    await allow(account, other, ...copies, "ecr:DeleteRepository");
    const options = [{ destination: to(west), deletes: true }];
    await configure([to(west), to(east, otherAccount)], options);
    const digest = await push("1", "v1");
    await settle();
    await remove();
    await settle();
    expect(await images()).toBeUndefined();
    expect(await images(other)).toEqual({ [digest]: ["v1"] });
    const { repositories } = await there.ask(listTrash, {});
    expect(repositories).toMatchObject([{ repositoryName, imageCount: 1 }]);
    await there.ask(restoreRepository, { repositoryName });
    expect(await images()).toEqual({ [digest]: ["v1"] });
  });

  it("keeps there what came later, and takes along what came before", async () => {
    await configure([to(west)], [{ destination: to(west), deletes: true }]);
    const older = await push("1", "v1");
    await settle();
    await remove();
    opened.clock.advance(5);
    const later = await push("2", "v2", there);
    await settle();
    expect(await images()).toEqual({ [later]: ["v2"] });
    expect(older).not.toBe(later);
  });

  it("does not come back with what was on its way, where two registries copy to one another", async () => {
    await bothWays();
    const first = await push("1", "v1");
    await settle();
    const second = await push("2", "v2", there);
    // Asked for, and not there yet.
    await routeReplication(opened);
    await remove();
    await registry.ask(startReplicationBackfill, { destination: to(east) }, at(west));
    await settle();
    await settle();
    await expectBoth(undefined);
    // Made anew, it is another one: what is older does not come in, what is new does.
    await registry.createRepository(repositoryName);
    const third = await push("3", "v3");
    await settle();
    expect(await images()).toEqual({ [third]: ["v3"] });
    expect([first, second]).not.toContain(third);
    await expectBoth({ [third]: ["v3"] });
  });

  it("and is made anew at once takes in nothing that is older, neither images nor tags", async () => {
    await bothWays();
    await push("1", "v1");
    await settle();
    await push("2", "v2", there);
    await routeReplication(opened);
    await remove();
    await registry.createRepository(repositoryName);
    await settle();
    await settle();
    expect(await images(at(east))).toEqual({});
    expect(await images()).toBeUndefined();
    const again = await push("1", "v3");
    await settle();
    await expectBoth({ [again]: ["v3"] });
  });

  it("is taken back by who restores it, before and after it went", async () => {
    await bothWays();
    const digest = await push("1", "v1");
    await settle();
    await remove();
    await registry.ask(restoreRepository, { repositoryName });
    await settle();
    await expectBoth({ [digest]: ["v1"] });
    await remove();
    await settle();
    await expectBoth(undefined);
    await registry.ask(restoreRepository, { repositoryName });
    await settle();
    await expectBoth({ [digest]: ["v1"] });
  });

  it("goes on in a chain, and ends where it is gone already", async () => {
    const ring = [at(east), at(west), other];
    await allow(account, other, ...copies, "ecr:DeleteRepository");
    await allow(otherAccount, at(east), ...copies, "ecr:DeleteRepository");
    for (const [index, place] of ring.entries()) {
      const next = ring[(index + 1) % ring.length]!;
      const destination = to(next.region, next.account);
      await configure([destination], [{ destination, deletes: true, chain: true }], place);
    }
    const digest = await push("1", "v1");
    await settle();
    for (const place of ring) expect(await images(place)).toEqual({ [digest]: ["v1"] });
    await remove(at(west));
    await settle();
    for (const place of ring) expect(await images(place)).toBeUndefined();
  });

  it("in another account needs its leave, and says so where it does not have it", async () => {
    await allow(account, other, ...copies);
    const destination = to(east, otherAccount);
    await configure([destination], [{ destination, deletes: true }]);
    const digest = await push("1", "v1");
    await settle();
    await remove();
    await settle();
    expect(await images(other)).toEqual({ [digest]: ["v1"] });
    await routeReplication(opened);
    const detailType = "Entrepot Replication";
    const { events } = await registry.ask(listEvents, { detailType });
    expect(events.map(({ event }) => event.detail)).toMatchObject([
      {
        ...{ "action-type": "DELETE_REPOSITORY", "failure-code": "AccessDenied" },
        ...{ "repository-name": repositoryName, "destination-account": otherAccount },
      },
    ]);
    await registry.createRepository(repositoryName);
    await allow(account, other, ...copies, "ecr:DeleteRepository");
    await remove();
    await settle();
    expect(await images(other)).toBeUndefined();
  });
});
