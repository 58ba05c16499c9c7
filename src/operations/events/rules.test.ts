import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestBus, type TestBus } from "../../../test/support/event-bus.ts";
import { userWith } from "../../../test/support/identity.ts";
import { openEventSecrets, resealEventSecrets } from "../../registry/events/event-secrets.ts";
import { createApiDestination } from "./create-api-destination.ts";
import { createConnection } from "./create-connection.ts";
import { deleteRule } from "./delete-rule.ts";
import { describeApiDestination } from "./describe-api-destination.ts";
import { describeConnection } from "./describe-connection.ts";
import { describeEventBus } from "./describe-event-bus.ts";
import { describeRule } from "./describe-rule.ts";
import { disableRule } from "./disable-rule.ts";
import { listApiDestinations } from "./list-api-destinations.ts";
import { listConnections } from "./list-connections.ts";
import { listRuleNamesByTarget } from "./list-rule-names-by-target.ts";
import { listRules } from "./list-rules.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { listTargetsByRule } from "./list-targets-by-rule.ts";
import { putRule } from "./put-rule.ts";
import { putTargets } from "./put-targets.ts";
import { removeTargets } from "./remove-targets.ts";
import { tagResource } from "./tag-resource.ts";
import { testEventPattern } from "./test-event-pattern.ts";
import { untagResource } from "./untag-resource.ts";
import { updateConnection } from "./update-connection.ts";

let bus: TestBus;
const command = "arn:aws:entrepot:us-east-1:000000000000:command/deploy";
const commands = {
  names: new Set(["deploy"]),
  run: async () => ({ ok: true as const }),
};
beforeEach(async () => {
  bus = await openTestBus({ commands });
});
afterEach(() => bus.registry.close());

const pattern = '{"source":["aws.ecr"]}';
const ruleArn = "arn:aws:events:us-east-1:000000000000:rule/pushes";
type Ask = TestBus["registry"]["ask"];
const ask: Ask = (operation, input, caller) => bus.registry.ask(operation, input, caller);
const put = (more: object = {}) => ask(putRule, { Name: "pushes", EventPattern: pattern, ...more });
const refused = (kind: string, message?: RegExp) =>
  expect.objectContaining(message ? { kind, message: expect.stringMatching(message) } : { kind });

describe("rules", () => {
  it("are put, described, listed, disabled and deleted", async () => {
    const Tags = [{ Key: "team", Value: "a" }];
    expect(await put({ Description: "d", Tags })).toEqual({ RuleArn: ruleArn });
    const rule = {
      ...{ Name: "pushes", Arn: ruleArn, EventPattern: pattern, State: "ENABLED" },
      ...{ Description: "d", EventBusName: "default" },
    };
    expect(await ask(describeRule, { Name: "pushes" })).toEqual({ ...rule, CreatedBy: account });
    await ask(putRule, { Name: "other", EventPattern: pattern, EventBusName: "default" });
    const first = await ask(listRules, { Limit: 1 });
    expect(first.Rules?.map(({ Name }) => Name)).toEqual(["other"]);
    const { Rules } = await ask(listRules, { Limit: 1, NextToken: first.NextToken });
    expect(Rules).toEqual([rule]);
    await ask(disableRule, { Name: "pushes" });
    expect(await ask(listRules, { NamePrefix: "pu" })).toMatchObject({
      Rules: [{ State: "DISABLED" }],
    });
    await ask(tagResource, { ResourceARN: ruleArn, Tags: [{ Key: "b", Value: "c" }] });
    await ask(untagResource, { ResourceARN: ruleArn, TagKeys: ["team"] });
    expect(await ask(listTagsForResource, { ResourceARN: ruleArn })).toEqual({
      Tags: [{ Key: "b", Value: "c" }],
    });
    await ask(deleteRule, { Name: "pushes" });
    await ask(deleteRule, { Name: "pushes" });
    await expect(ask(describeRule, { Name: "pushes" })).rejects.toEqual(
      refused("ResourceNotFound", /^Rule pushes does not exist on EventBus default\.$/),
    );
    const abroad = await ask(listRules, {}, callerOf(otherAccount));
    expect(abroad.Rules).toEqual([]);
  });

  it("refuse schedules, other buses, and what is no pattern", async () => {
    for (const [more, kind] of [
      [{ ScheduleExpression: "rate(5 minutes)" }, "Validation"],
      [{ EventPattern: "" }, "Validation"],
      [{ EventPattern: '{"source":"a"}' }, "InvalidEventPattern"],
      [{ EventBusName: "mine" }, "ResourceNotFound"],
      [{ Name: "a b" }, "Validation"],
    ] as const) {
      await expect(put(more)).rejects.toEqual(refused(kind));
    }
    expect((await ask(listRules, {})).Rules).toEqual([]);
    const Arn = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    expect(await ask(describeEventBus, {})).toEqual({ Name: "default", Arn });
    expect(await ask(describeEventBus, { Name: Arn })).toMatchObject({ Name: "default" });
  });

  it("are tried on an event without being put", async () => {
    const event = {
      ...{ id: "1", account, source: "aws.ecr", time: "2026-01-01T00:00:00Z" },
      ...{ region: "us-east-1", "detail-type": "t", resources: [], detail: {} },
    };
    const Event = JSON.stringify(event);
    const result = (EventPattern: string) => ask(testEventPattern, { EventPattern, Event });
    expect(await result(pattern)).toEqual({ Result: true });
    expect(await result('{"source":["aws.s3"]}')).toEqual({ Result: false });
    await expect(ask(testEventPattern, { EventPattern: pattern, Event: "{}" })).rejects.toEqual(
      refused("Validation"),
    );
  });
});

describe("targets", () => {
  it("are put, changed, listed and removed; a rule with some is not deleted", async () => {
    await put();
    const Targets = [{ Id: "one", Arn: command, InputPath: "$.detail" }];
    expect(await ask(putTargets, { Rule: "pushes", Targets })).toMatchObject({
      FailedEntryCount: 0,
    });
    expect(await ask(listTargetsByRule, { Rule: "pushes" })).toEqual({ Targets });
    expect(await ask(listRuleNamesByTarget, { TargetArn: command })).toEqual({
      RuleNames: ["pushes"],
    });
    await expect(ask(deleteRule, { Name: "pushes" })).rejects.toEqual(refused("Validation"));
    expect(await ask(removeTargets, { Rule: "pushes", Ids: ["one", "two"] })).toMatchObject({
      ...{ FailedEntryCount: 1, FailedEntries: [{ TargetId: "two" }] },
    });
    await ask(deleteRule, { Name: "pushes" });
  });

  it("are refused, all of them, where one is not right", async () => {
    await put();
    const good = { Id: "good", Arn: command };
    const targets = (...Targets: object[]) =>
      expect(ask(putTargets, { Rule: "pushes", Targets })).rejects;
    await targets(good, { ...good, Arn: command.replace("deploy", "other") }).toEqual(
      refused("Validation"),
    );
    await targets(good, { Id: "q", Arn: "arn:aws:sqs:us-east-1:000000000000:q" }).toEqual(
      refused("Validation", /not supported/),
    );
    await targets({ ...good, DeadLetterConfig: { Arn: command } }).toEqual(
      refused("Validation", /DeadLetterConfig is not supported/),
    );
    await targets({ ...good, InputPath: "a" }).toEqual(refused("Validation"));
    await targets({ ...good, HttpParameters: { HeaderParameters: { Host: "a" } } }).toEqual(
      refused("Validation", /'Host'/),
    );
    await targets({ ...good, HttpParameters: { HeaderParameters: { "x-a": "tag ✓" } } }).toEqual(
      refused("Validation", /'x-a'/),
    );
    await targets(...[1, 2, 3, 4, 5, 6].map((id) => ({ ...good, Id: `t${id}` }))).toEqual(
      refused("LimitExceeded"),
    );
    expect(await ask(listTargetsByRule, { Rule: "pushes" })).toEqual({ Targets: [] });
  });

  it("that are commands take a right of their own", async () => {
    await put();
    const allow = (...Action: string[]) => ({ Effect: "Allow", Action, Resource: "*" });
    const { ports } = bus;
    const user = await userWith(ports, { account, name: "a" }, allow("events:*"));
    const Targets = [{ Id: "one", Arn: command }];
    await expect(ask(putTargets, { Rule: "pushes", Targets }, user)).rejects.toEqual(
      refused("AccessDenied", /entrepot:RunEventCommand on resource: arn:aws:entrepot/),
    );
    const trusted = await userWith(
      ports,
      { account, name: "b" },
      allow("events:PutTargets", "entrepot:RunEventCommand"),
    );
    await ask(putTargets, { Rule: "pushes", Targets }, trusted);
  });
});

describe("connections and API destinations", () => {
  const create = (AuthParameters: object, AuthorizationType: string, Name = "c") =>
    ask(createConnection, { Name, AuthorizationType, AuthParameters });

  it("keep what is secret sealed, and never say it", async () => {
    await create(
      {
        BasicAuthParameters: { Username: "user", Password: "sesame-1" },
        InvocationHttpParameters: {
          HeaderParameters: [
            { Key: "x-a", Value: "sesame-2", IsValueSecret: true },
            { Key: "x-b", Value: "open" },
          ],
        },
      },
      "BASIC",
    );
    const OAuthParameters = {
      ClientParameters: { ClientID: "id", ClientSecret: "sesame-3" },
      ...{ AuthorizationEndpoint: "https://issuer.example/token", HttpMethod: "POST" },
    };
    await create({ OAuthParameters }, "OAUTH_CLIENT_CREDENTIALS", "o");
    expect(await ask(describeConnection, { Name: "c" })).toMatchObject({
      ConnectionState: "AUTHORIZED",
      AuthParameters: {
        BasicAuthParameters: { Username: "user" },
        InvocationHttpParameters: {
          HeaderParameters: [
            { Key: "x-a", IsValueSecret: true },
            { Key: "x-b", Value: "open", IsValueSecret: false },
          ],
        },
      },
    });
    await ask(updateConnection, { Name: "c", Description: "d" });
    const stored = await bus.ports.metadata.connections.find(bus.home, "c");
    expect(openEventSecrets(bus.ports, stored!)).toEqual({
      ...{ Password: "sesame-1", "header.x-a": "sesame-2" },
    });
    const told = JSON.stringify([
      ...[
        await ask(describeConnection, { Name: "c" }),
        await ask(describeConnection, { Name: "o" }),
      ],
      await ask(listConnections, {}),
    ]);
    expect(told + (await bus.registry.dump())).not.toContain("sesame");
    expect(await resealEventSecrets(bus.ports)).toEqual({ count: 0, unopenable: [] });
  });

  it("refuse what can not be asked or would break a header", async () => {
    const key = { ApiKeyName: "x-key", ApiKeyValue: "v" };
    for (const [auth, type] of [
      [{ ApiKeyAuthParameters: { ...key, ApiKeyName: "webhook-id" } }, "API_KEY"],
      [{ ApiKeyAuthParameters: { ...key, ApiKeyValue: "a\r\nx: y" } }, "API_KEY"],
      [{ ApiKeyAuthParameters: { ApiKeyName: "x-key" } }, "API_KEY"],
      ...["a\u0001", "✓"].flatMap((Value) =>
        [true, false].map((IsValueSecret) => {
          const HeaderParameters = [{ Key: "x-a", Value, IsValueSecret }];
          const InvocationHttpParameters = { HeaderParameters };
          return [{ ApiKeyAuthParameters: key, InvocationHttpParameters }, "API_KEY"] as const;
        }),
      ),
      [{}, "BASIC"],
    ] as const) {
      await expect(create(auth, type)).rejects.toEqual(refused("Validation"));
    }
    const { ConnectionArn } = await create({ ApiKeyAuthParameters: key }, "API_KEY");
    await expect(create({ ApiKeyAuthParameters: key }, "API_KEY")).rejects.toEqual(
      refused("ResourceAlreadyExists"),
    );
    const destination = (more: object) =>
      ask(createApiDestination, {
        ...{ Name: "d", ConnectionArn, InvocationEndpoint: "https://a.example/*" },
        ...{ HttpMethod: "POST", ...more },
      });
    for (const InvocationEndpoint of [
      ...["file:///etc/passwd", "https://u:p@a.example/", "https://*.example/", "a"],
      ...["https:*.example/", "https:\\\\*.example/", "https://a.example:*/"],
    ]) {
      await expect(destination({ InvocationEndpoint })).rejects.toEqual(refused("Validation"));
    }
    await expect(destination({ ConnectionArn: `${ConnectionArn}x` })).rejects.toEqual(
      refused("ResourceNotFound"),
    );
    await destination({});
    expect(await ask(describeApiDestination, { Name: "d" })).toMatchObject({
      ...{ ApiDestinationState: "ACTIVE", InvocationRateLimitPerSecond: 300, ConnectionArn },
    });
    const listed = await ask(listApiDestinations, { ConnectionArn, NamePrefix: "d" });
    expect(listed.ApiDestinations).toHaveLength(1);
  });
});
