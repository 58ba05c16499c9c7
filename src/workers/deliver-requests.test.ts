import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../../test/support/event-bus.ts";
import { EventReceiver } from "../../test/support/event-receiver.ts";
import { listDeadLetters } from "../operations/entrepot/list-dead-letters.ts";
import { putEventDestination } from "../operations/entrepot/put-event-destination.ts";
import { updateConnection } from "../operations/events/update-connection.ts";

let bus: TestBus;
let receiver: EventReceiver;
beforeEach(async () => {
  receiver = await new EventReceiver().start();
  bus = await openTestBus();
});
afterEach(async () => {
  expect(bus.errors).toEqual([]);
  await receiver.stop();
  await bus.registry.close();
});

const letters = async () => (await bus.registry.ask(listDeadLetters, {})).deadLetters;

it("a request that can not be built is a dead letter, and holds up nothing", async () => {
  await bus.ruleTo(`${receiver.url}/*`, {
    target: { HttpParameters: { PathParameterValues: ["a\ud800"] } },
  });
  await bus.route(bus.event("app"));
  await bus.deliver();
  expect(receiver.taken.map(({ url }) => url)).toEqual(["/a%EF%BF%BD"]);
  const rule = { registry: bus.home, name: "all" };
  await bus.ports.metadata.transaction(async ({ eventRules }) => {
    const target = (await eventRules.findTarget(rule, "receiver"))!;
    const http = { pathValues: [], headers: { "x-a": "a\nb" }, query: {} };
    await eventRules.putTarget({ ...target, settings: { http } });
  });
  await bus.route(bus.event("app"), bus.event("app"));
  await bus.deliver();
  const reason = "The header 'x-a' can not hold its value.";
  expect(await letters()).toMatchObject(Array(2).fill({ code: "INVALID_REQUEST", reason }));
});

it("a header of the connection wins over the target's, however either is written", async () => {
  const HeaderParameters = { "X-Key": "target", "X-Team": "target", "x-other": "target" };
  await bus.ruleTo(receiver.url, { target: { HttpParameters: { HeaderParameters } } });
  const InvocationHttpParameters = { HeaderParameters: [{ Key: "x-team", Value: "connection" }] };
  const AuthParameters = { InvocationHttpParameters };
  await bus.registry.ask(updateConnection, { Name: "all", AuthParameters });
  await bus.route(bus.event("app"));
  await bus.deliver();
  expect(receiver.taken[0]?.headers).toMatchObject({
    ...{ "x-key": "sesame", "x-team": "connection", "x-other": "target" },
  });
});

it("a request without a body is signed over none", async () => {
  await bus.ruleTo(receiver.url, { destination: { HttpMethod: "GET" } });
  const { signingSecret = "" } = await bus.registry.ask(putEventDestination, {
    ...{ Name: "all", newSigningSecret: true },
  });
  await bus.route(bus.event("app"));
  await bus.deliver();
  const { id, headers, body } = receiver.taken[0]!;
  expect(body).toBe("");
  expect(headers["content-type"]).toBeUndefined();
  const key = Buffer.from(signingSecret.replace("whsec_", ""), "base64");
  const signed = createHmac("sha256", key).update(`${id}.${headers["webhook-timestamp"]}.`);
  const [signature] = String(headers["webhook-signature"]).split(" ");
  expect(signature).toBe(`v1,${signed.digest("base64")}`);
});

it("a token of OAuth that is not taken any more is replaced once, within one attempt", async () => {
  await bus.ruleTo(`${receiver.url}/hook`, {
    target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
  });
  await bus.registry.ask(updateConnection, {
    ...{ Name: "all", AuthorizationType: "OAUTH_CLIENT_CREDENTIALS" },
    AuthParameters: {
      OAuthParameters: {
        ...{ AuthorizationEndpoint: `${receiver.url}/token`, HttpMethod: "POST" },
        ClientParameters: { ClientID: "me", ClientSecret: "sesame" },
      },
    },
  });
  let tokens = 0;
  let good = "Bearer t1";
  receiver.behave = (received, response) => {
    if (received.url === "/token") {
      tokens += 1;
      response.writeHead(200).end(JSON.stringify({ access_token: `t${tokens}` }));
    } else if (received.headers.authorization === good) receiver.take(received, response);
    else response.writeHead(401).end();
  };
  const deliverer = bus.deliverer();
  await bus.route(bus.event("app"));
  await bus.deliver(deliverer);
  good = "Bearer t2";
  await bus.route(bus.event("app"));
  await bus.deliver(deliverer);
  expect([receiver.taken.length, tokens]).toEqual([2, 2]);
  expect(await letters()).toEqual([]);
  good = "none";
  await bus.route(bus.event("app"));
  await bus.deliver(deliverer);
  expect([receiver.taken.length, tokens]).toEqual([2, 3]);
  expect(await letters()).toMatchObject([{ code: "REFUSED_BY_TARGET", attempts: 1 }]);
});
