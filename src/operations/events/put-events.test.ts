import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type AwsServer, startAwsServer } from "../../../test/support/aws-server.ts";
import { account, openTestRegistry } from "../../../test/support/ecr.ts";
import { takeEnvelopes } from "../../../test/support/events.ts";
import { keyOf, putUser } from "../../../test/support/identity.ts";
import { putEvents } from "./put-events.ts";

let server: AwsServer;
let client: EventBridgeClient;
beforeAll(async () => {
  server = await startAwsServer();
  client = new EventBridgeClient(server.client());
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

const good = {
  Source: "com.example.ci",
  DetailType: "Built",
  Detail: '{"n":1,"deep":{"x":[null]}}',
};
const put = (Entries: object[], by = client) => by.send(new PutEventsCommand({ Entries }));

it("takes an entry as it is, under the id that it answers with", async () => {
  const time = new Date("2026-03-04T05:06:07Z");
  const { FailedEntryCount, Entries } = await put([
    { ...good, Time: time, Resources: ["arn:x", "y"], EventBusName: "default" },
    { ...good, EventBusName: `arn:aws:events:us-east-1:${account}:event-bus/default` },
  ]);
  expect(FailedEntryCount).toBe(0);
  const [first, second] = await takeEnvelopes(server.ports);
  expect(first).toEqual({
    ...{ version: "0", id: Entries![0]!.EventId, "detail-type": "Built" },
    ...{ source: "com.example.ci", account, time: "2026-03-04T05:06:07Z", region: "us-east-1" },
    ...{ resources: ["arn:x", "y"], detail: { n: 1, deep: { x: [null] } } },
  });
  const now = `${new Date(server.ports.clock.now()).toISOString().slice(0, 19)}Z`;
  expect(second).toMatchObject({ id: Entries![1]!.EventId, time: now, resources: [] });
});

it("takes a time that is finer than a millisecond", async () => {
  const registry = await openTestRegistry();
  onTestFinished(() => registry.close());
  const Entries = [{ ...good, Time: 1_772_600_767.000_4 }];
  expect(await registry.ask(putEvents, { Entries })).toMatchObject({ FailedEntryCount: 0 });
  const [event] = await takeEnvelopes(registry.environment.ports);
  expect(event!.time).toBe("2026-03-04T05:06:07Z");
});

it("tells of each entry that is refused, and takes the others", async () => {
  const deep = `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`;
  const { FailedEntryCount, Entries } = await put([
    { ...good, Source: "aws.ecr" },
    { ...good, Source: "entrepot" },
    { ...good, Source: undefined },
    { ...good, DetailType: "" },
    { ...good, Detail: "[1]" },
    { ...good, Detail: "{" },
    { ...good, Detail: deep },
    { ...good, EventBusName: "elsewhere" },
    { ...good, DetailType: "x".repeat(129) },
    good,
  ]);
  expect(FailedEntryCount).toBe(9);
  const source = {
    ErrorCode: "NotAuthorizedForSourceException",
    ErrorMessage: "Not authorized for the source.",
  };
  const missing = (name: string) => ({
    ErrorCode: "InvalidArgument",
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  });
  const malformed = { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  expect(Entries).toMatchObject([
    ...[source, source, missing("Source"), missing("DetailType")],
    ...[malformed, malformed, malformed],
    { ErrorCode: "InvalidArgument", ErrorMessage: expect.stringContaining("elsewhere") },
    { ErrorCode: "InvalidArgument", ErrorMessage: expect.stringContaining("128") },
    { EventId: expect.any(String) },
  ]);
  expect((await takeEnvelopes(server.ports)).map(({ id }) => id)).toEqual([Entries![9]!.EventId]);
});

it("refuses an entry of which a database might not take a character, and no other", async () => {
  const Detail = '{"text":"a\\u0000b"}';
  const { Entries } = await put([
    { ...good, Source: "a\0b" },
    { ...good, DetailType: "a\nb" },
    { ...good, Detail, Resources: ["a\0b"] },
  ]);
  const refusal = (name: string) => ({
    ErrorCode: "InvalidArgument",
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} must not have control characters.`,
  });
  expect(Entries).toEqual([
    refusal("Source"),
    refusal("DetailType"),
    { EventId: expect.any(String) },
  ]);
  expect(await takeEnvelopes(server.ports)).toMatchObject([
    { resources: ["a\0b"], detail: { text: "a\0b" } },
  ]);
});

it("refuses a request that is too large, or has too many entries, whole", async () => {
  const big = { ...good, Detail: JSON.stringify({ x: "y".repeat(140_000) }) };
  await expect(put([big, big])).rejects.toMatchObject({
    name: "ValidationException",
    message: "Total size of the entries in the request is over the limit.",
  });
  await expect(put(Array.from({ length: 11 }, () => good))).rejects.toMatchObject({
    name: "ValidationException",
  });
  await expect(put([])).rejects.toMatchObject({ name: "ValidationException" });
  expect(await takeEnvelopes(server.ports)).toEqual([]);
});

it("asks for each entry whether its source is the caller's to use", async () => {
  const user = await putUser(
    server.ports,
    { account, name: "ci" },
    {
      ...{ Effect: "Allow", Action: "events:PutEvents", Resource: "*" },
      Condition: { "ForAnyValue:StringEquals": { "events:source": "com.example.ci" } },
    },
  );
  const own = new EventBridgeClient(server.client(await keyOf(server.ports, user)));
  const other = { ...good, Source: "com.example.other" };
  const { Entries } = await put([good, other], own);
  expect(Entries).toMatchObject([
    { EventId: expect.any(String) },
    { ErrorCode: "NotAuthorizedForSourceException" },
  ]);
  await expect(put([other], own)).rejects.toMatchObject({ name: "AccessDeniedException" });
  own.destroy();
});
