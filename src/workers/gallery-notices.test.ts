/** Notices of the private gallery, from an entry to what a subscriber's rule leads to. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../test/support/ecr.ts";
import { openTestBus, type TestBus } from "../../test/support/event-bus.ts";
import { EventReceiver } from "../../test/support/event-receiver.ts";
import { addAccounts } from "../../test/support/sessions.ts";
import { putGalleryEntry } from "../operations/entrepot/put-gallery-entry.ts";
import { putGalleryVersion } from "../operations/entrepot/put-gallery-version.ts";
import { subscribeToGalleryEntry } from "../operations/entrepot/subscribe-to-gallery-entry.ts";
import { createApiDestination } from "../operations/events/create-api-destination.ts";
import { createConnection } from "../operations/events/create-connection.ts";
import { putRule } from "../operations/events/put-rule.ts";
import { putTargets } from "../operations/events/put-targets.ts";
import { eventRouter } from "../registry/events/route-events.ts";
import { routeWaiting } from "../registry/events/route-waiting.ts";
import { tellSubscribers } from "../registry/private-gallery/tell-subscribers.ts";

const repositoryName = "team/app";
const subscriber = callerOf(otherAccount);
let bus: TestBus;
let receiver: EventReceiver;

beforeEach(async () => {
  bus = await openTestBus();
  receiver = new EventReceiver();
  await receiver.start();
  await addAccounts(bus.ports, account, otherAccount);
  await bus.registry.createRepository(repositoryName);
  const said = { repositoryName, title: "App", owner: "team", purpose: "to be run" };
  await bus.registry.ask(putGalleryEntry, { ...said, visibility: { scope: "ORGANIZATION" } });
});
afterEach(async () => {
  await receiver.stop();
  expect(bus.errors).toEqual([]);
  await bus.registry.close();
});

/** A rule of the subscriber for notices alone, and where it leads. */
async function ruleForNotices(): Promise<void> {
  const EventPattern = JSON.stringify({ "detail-type": ["Entrepot Gallery Notice"] });
  await bus.registry.ask(putRule, { Name: "gallery", EventPattern }, subscriber);
  const { ConnectionArn } = await bus.registry.ask(
    createConnection,
    {
      ...{ Name: "gallery", AuthorizationType: "API_KEY" },
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "sesame" } },
    },
    subscriber,
  );
  const { ApiDestinationArn = "" } = await bus.registry.ask(
    createApiDestination,
    {
      ...{ Name: "gallery", ConnectionArn, InvocationEndpoint: `${receiver.url}/` },
      HttpMethod: "POST",
    },
    subscriber,
  );
  await bus.registry.ask(
    putTargets,
    { Rule: "gallery", Targets: [{ Id: "one", Arn: ApiDestinationArn }] },
    subscriber,
  );
}

/** As workers do, until nothing is left to be done. */
async function follow(): Promise<void> {
  const route = tellSubscribers(bus.ports, eventRouter(bus.ports));
  do while ((await routeWaiting(bus.ports, route)).events > 0);
  while ((await bus.deliver()) > 0);
}

const taken = () => receiver.taken.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

it("a notice comes to the target of a rule of the subscriber, once, and nothing else does", async () => {
  await ruleForNotices();
  const version = { repositoryName, version: "1", tagPattern: "1.*" };
  await bus.registry.ask(putGalleryVersion, version);
  await follow();
  expect(taken()).toEqual([]);
  await bus.registry.ask(
    subscribeToGalleryEntry,
    { registryId: account, repositoryName },
    subscriber,
  );
  await bus.registry.ask(putGalleryVersion, {
    ...version,
    state: "DEPRECATED",
    successor: undefined,
  });
  await follow();
  await follow();
  expect(taken()).toMatchObject([
    {
      ...{ account: otherAccount, source: "entrepot", "detail-type": "Entrepot Gallery Notice" },
      detail: {
        ...{ "action-type": "DEPRECATED", version: "1", title: "App" },
        ...{ "registry-id": account, "repository-name": repositoryName },
      },
    },
  ]);
});
