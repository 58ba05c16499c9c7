import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuditTail, auditEntries } from "../../../test/support/audit.ts";
import { account, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import type { CloudTrailRecord } from "../../registry/audit/cloudtrail-record.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { tendKeys } from "../../registry/kms/tend-keys.ts";
import { lifecycleJob } from "../../workers/lifecycle-job.ts";
import { expireAudit } from "../../workers/write-audit.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { putLifecyclePolicy } from "../ecr/put-lifecycle-policy.ts";
import { createKey } from "../kms/create-key.ts";
import { scheduleKeyDeletion } from "../kms/schedule-key-deletion.ts";
import { lookupEvents } from "./lookup-events.ts";

let registry: TestRegistry;
let ann: Caller;
const startedAt = 1_700_000_000_000;

beforeAll(async () => {
  registry = await openTestRegistry();
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };
  ann = await userWith(registry.environment.ports, { account, name: "ann" }, everything);
  for (let n = 0; n < 7; n++) {
    registry.clock.advance(1_500);
    await registry.ask(createRepository, { repositoryName: `app-${n}` }, ann);
    for (let time = 0; time < 9; time++) {
      registry.clock.advance(1);
      await registry.ask(describeRepositories, {}, ann);
    }
  }
});
afterAll(() => registry.close());

const look = (input: object = {}) => registry.ask(lookupEvents, input);
const by = (AttributeKey: string, AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});

async function all(input: object): Promise<string[]> {
  const ids: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await look({ ...input, MaxResults: 4, ...(NextToken && { NextToken }) });
    ids.push(...(page.Events ?? []).map(({ EventId = "" }) => EventId));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return ids;
}

describe("LookupEvents", () => {
  it("gives every record once, the newest first, however they lie in rows", async () => {
    const ids = await all(by("Username", "ann"));
    expect(ids).toHaveLength(70);
    expect(new Set(ids).size).toBe(70);
    const { Events = [] } = await look({ ...by("Username", "ann"), MaxResults: 50 });
    const times = Events.map(({ EventTime }) => Number(EventTime));
    expect(times).toEqual(times.toSorted((one, other) => other - one));
    expect(Events.map(({ EventId }) => EventId)).toEqual(ids.slice(0, 50));
  });

  it("finds by every attribute, and between two times", async () => {
    const created = await all(by("EventName", "CreateRepository"));
    expect(created).toHaveLength(7);
    const [id = ""] = created;
    const { Events = [] } = await look(by("EventId", id));
    const arn = `arn:aws:ecr:us-east-1:${account}:repository/app-6`;
    expect(Events).toMatchObject([
      {
        ...{ EventId: id, EventName: "CreateRepository", EventSource: "ecr.amazonaws.com" },
        ...{ ReadOnly: "false", Username: "ann", AccessKeyId: "AKIAann" },
        Resources: [{ ResourceType: "AWS::ECR::Repository", ResourceName: arn }],
      },
    ]);
    const record = JSON.parse(Events[0]?.CloudTrailEvent ?? "") as CloudTrailRecord;
    expect(record).toMatchObject({
      ...{ eventVersion: "1.11", eventID: id, requestParameters: { repositoryName: "app-6" } },
      responseElements: { repository: { repositoryArn: arn } },
    });
    expect(record.eventTime).toBe(
      new Date(Number(Events[0]?.EventTime) * 1000).toISOString().replace(/\.\d+/, ""),
    );
    expect(await all(by("ResourceName", "app-6"))).toEqual([id]);
    expect(await all(by("ResourceName", arn))).toEqual([id]);
    expect(await all(by("ResourceType", "AWS::ECR::Repository"))).toEqual(created);
    expect(await all({ ...by("ReadOnly", "false"), EndTime: startedAt / 1000 + 11 })).toEqual(
      created,
    );
    expect(await all(by("AccessKeyId", "AKIAann"))).toHaveLength(70);
    expect(await all(by("EventSource", "iam.amazonaws.com"))).toEqual([]);
    const late = { StartTime: startedAt / 1000 + 9, EndTime: startedAt / 1000 + 3_600 };
    expect(await all({ ...by("EventName", "CreateRepository"), ...late })).toEqual(
      created.slice(0, 2),
    );
  });

  it("refuses what CloudTrail refuses", async () => {
    const refused = (input: object) =>
      look(input).then(
        () => "nothing",
        ({ kind }) => kind,
      );
    const two = [...by("Username", "a").LookupAttributes, ...by("EventId", "b").LookupAttributes];
    expect(await refused({ LookupAttributes: two })).toBe("InvalidLookupAttributes");
    expect(await refused({ MaxResults: 51 })).toBe("InvalidMaxResults");
    expect(await refused({ EventCategory: "insight" })).toBe("InvalidEventCategory");
    expect(await refused({ StartTime: 2, EndTime: 1 })).toBe("InvalidTimeRange");
    const { NextToken } = await look({ MaxResults: 1 });
    expect(await refused({ NextToken, ...by("Username", "ann") })).toBe("InvalidNextToken");
    expect(await refused({ NextToken: "none" })).toBe("InvalidNextToken");
  });

  it("shows an account what is in its own trail alone", async () => {
    const other = { ...ann, account: "111111111111" as typeof account };
    const principal = { ...ann.principal, account: other.account };
    const asked = registry.ask(lookupEvents, {}, { ...other, principal });
    expect((await asked).Events).toEqual([]);
  });
});

it("records what lifecycle policies and keys do by themselves, in the change itself", async () => {
  const { ports } = registry.environment;
  const own = { account, region: ann.region };
  const tail = new AuditTail(ports, own);
  await registry.pushImage("app-0", "old", { imageTag: "v1" });
  await registry.ask(putLifecyclePolicy, {
    repositoryName: "app-0",
    lifecyclePolicyText: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: {
            ...{ tagStatus: "any", countType: "sinceImagePushed" },
            ...{ countUnit: "days", countNumber: 1 },
          },
          action: { type: "expire" },
        },
      ],
    }),
  });
  const { KeyMetadata } = await registry.ask(createKey, {});
  await registry.ask(scheduleKeyDeletion, { KeyId: KeyMetadata?.KeyId, PendingWindowInDays: 7 });
  await tail.next();
  registry.clock.advance(8 * 86_400_000);
  const { signal } = new AbortController();
  const job = lifecycleJob({
    ...{ everyMs: 1, trashMs: 0, ran: () => undefined },
    failed: (error) => expect.unreachable(String(error)),
  });
  await job.run(ports, {}, { signal } as Parameters<typeof job.run>[2]);
  await tendKeys(ports, signal);
  const found = await tail.next();
  expect(found.map(({ action }) => action.eventName).toSorted()).toEqual([
    "DeleteKey",
    "PolicyExecutionEvent",
  ]);
  const policy = found.find(({ action }) => action.eventName === "PolicyExecutionEvent");
  expect(policy).toMatchObject({
    kind: "background",
    actor: { userIdentity: { accountId: account }, sourceIPAddress: "AWS Internal" },
    action: {
      eventType: "AwsServiceEvent",
      serviceEventDetails: {
        repositoryName: "app-0",
        lifecycleEventImageActions: [{ rulePriority: 1 }],
      },
    },
  });
});

it("removes each kind when its time is over", async () => {
  const { ports } = registry.environment;
  const own = { account, region: ann.region };
  const kinds = async () => new Set((await auditEntries(ports, own)).map(({ kind }) => kind));
  expect(await kinds()).toEqual(new Set(["api", "background", "data-write"]));
  const { signal } = new AbortController();
  const expire = expireAudit({ ...ports.memory.audit.retention, "data-write": 7 });
  await expire.run(ports, {}, { signal } as Parameters<typeof expire.run>[2]);
  expect(await kinds()).toEqual(new Set(["api", "background"]));
  registry.clock.advance(91 * 86_400_000);
  await expire.run(ports, {}, { signal } as Parameters<typeof expire.run>[2]);
  expect(await kinds()).toEqual(new Set());
});
