import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, callerOf, openTestRegistry, otherAccount } from "../../../test/support/ecr.ts";
import { bucket, openTrailBench, type TrailBench } from "../../../test/support/trails.ts";
import type { Region } from "../../registry/names.ts";
import { resealTrailKeys } from "../../registry/trails/trail-keys.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { createUser } from "../iam/create-user.ts";
import type { Operation } from "../operation.ts";
import { addTags } from "./add-tags.ts";
import { createTrail } from "./create-trail.ts";
import { deleteTrail } from "./delete-trail.ts";
import { describeTrails } from "./describe-trails.ts";
import { getEventSelectors } from "./get-event-selectors.ts";
import { getTrail } from "./get-trail.ts";
import { getTrailStatus } from "./get-trail-status.ts";
import { listPublicKeys } from "./list-public-keys.ts";
import { listTags } from "./list-tags.ts";
import { listTrails } from "./list-trails.ts";
import { putEventSelectors } from "./put-event-selectors.ts";
import { removeTags } from "./remove-tags.ts";
import { startLogging } from "./start-logging.ts";
import { stopLogging } from "./stop-logging.ts";
import { updateTrail } from "./update-trail.ts";

let bench: TrailBench;
const Name = "main";
const arn = `arn:aws:cloudtrail:us-east-1:${account}:trail/${Name}`;
const elsewhere = { ...callerOf(account), region: "eu-west-1" as Region };
const stranger = callerOf(otherAccount);

beforeAll(async () => {
  bench = await openTrailBench(await openTestRegistry());
});
afterAll(() => bench.close());

function ask<Asked extends Operation>(
  operation: Asked,
  input: unknown,
  caller = callerOf(account),
) {
  return bench.registry.ask(operation, input, caller);
}

const refusal = (operation: Operation, input: unknown, caller = callerOf(account)) =>
  ask(operation, input, caller).then(
    () => "nothing",
    ({ kind }) => kind,
  );

describe("trails", () => {
  it("are made, changed and told, and refuse what is not to be", async () => {
    const wanted = { Name, S3BucketName: bucket, S3KeyPrefix: "audit/" };
    expect(await ask(createTrail, wanted)).toEqual({
      ...{ Name, S3BucketName: bucket, S3KeyPrefix: "audit", TrailARN: arn },
      ...{ IncludeGlobalServiceEvents: true, IsMultiRegionTrail: false },
      ...{ LogFileValidationEnabled: false, IsOrganizationTrail: false },
    });
    const create = (change: object) => refusal(createTrail, { ...wanted, Name: "more", ...change });
    expect(await create({ Name })).toBe("TrailAlreadyExists");
    expect(await create({ Name: "a..b" })).toBe("InvalidTrailName");
    expect(await create({ Name: "10.0.0.1" })).toBe("InvalidTrailName");
    expect(await create({ S3KeyPrefix: "../up" })).toBe("InvalidS3Prefix");
    expect(await create({ KmsKeyId: "alias/x" })).toBe("UnsupportedOperation");
    const wide = { IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false };
    expect(await create(wide)).toBe("InvalidParameterCombination");
    await expect(ask(createTrail, { ...wanted, S3BucketName: "other" })).rejects.toMatchObject({
      kind: "S3BucketDoesNotExist",
      message: expect.stringContaining("ENTREPOT_TRAIL_TARGETS"),
    });
    const ofAll = { ...wanted, IsOrganizationTrail: true };
    expect(await refusal(createTrail, ofAll, stranger)).toBe("NotOrganizationMasterAccount");

    expect(await ask(updateTrail, { Name: arn, EnableLogFileValidation: true })).toMatchObject({
      ...{ LogFileValidationEnabled: true, S3KeyPrefix: "audit" },
    });
    expect(await refusal(updateTrail, { Name: arn }, elsewhere)).toBe("InvalidHomeRegion");
    expect(await refusal(getTrail, { Name }, elsewhere)).toBe("TrailNotFound");
    expect(await refusal(getTrail, { Name: arn }, stranger)).toBe("TrailNotFound");
    expect(await refusal(getTrail, { Name: "arn:aws:s3:::x" })).toBe("CloudTrailARNInvalid");
    expect((await ask(getTrail, { Name: arn }, elsewhere)).Trail).toMatchObject({
      ...{ HomeRegion: "us-east-1", HasCustomEventSelectors: false },
    });
    await ask(
      createTrail,
      { Name: "wide", S3BucketName: bucket, IsMultiRegionTrail: true },
      elsewhere,
    );
    const names = async (input: object) =>
      (await ask(describeTrails, input)).trailList?.map((trail) => trail.Name);
    expect(await names({})).toEqual(["wide", Name]);
    expect(await names({ includeShadowTrails: false })).toEqual([Name]);
    expect(await names({ trailNameList: [Name, "none"] })).toEqual([Name]);
    expect((await ask(listTrails, {})).Trails).toHaveLength(2);
    await ask(deleteTrail, { Name: "wide" }, elsewhere);
    expect(await refusal(deleteTrail, { Name: "wide" }, elsewhere)).toBe("TrailNotFound");
  });

  it("have tags and event selectors", async () => {
    const TagsList = [{ Key: "team", Value: "ops" }, { Key: "empty" }];
    await ask(addTags, { ResourceId: arn, TagsList });
    await ask(removeTags, { ResourceId: arn, TagsList: [{ Key: "empty" }] });
    const { ResourceTagList } = await ask(listTags, { ResourceIdList: [arn] });
    expect(ResourceTagList).toEqual([{ ResourceId: arn, TagsList: TagsList.slice(0, 1) }]);
    const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}` }));
    expect(await refusal(addTags, { ResourceId: arn, TagsList: many })).toBe("TagsLimitExceeded");

    const put = (EventSelectors: object[]) =>
      refusal(putEventSelectors, { TrailName: Name, EventSelectors });
    expect(await put([])).toBe("InvalidEventSelectors");
    expect(await put([{ DataResources: [{ Type: "AWS::S3::Object" }] }])).toBe(
      "InvalidEventSelectors",
    );
    expect((await ask(getEventSelectors, { TrailName: Name })).EventSelectors).toEqual([
      {
        ...{ ReadWriteType: "All", IncludeManagementEvents: true },
        ...{ DataResources: [], ExcludeManagementEventSources: [] },
      },
    ]);
    const ExcludeManagementEventSources = ["iam.amazonaws.com"];
    await ask(putEventSelectors, {
      TrailName: Name,
      EventSelectors: [{ ReadWriteType: "WriteOnly", ExcludeManagementEventSources }],
    });
  });

  it("write the records that they want from StartLogging to StopLogging, each once", async () => {
    await ask(createRepository, { repositoryName: "before" });
    bench.registry.clock.advance(1);
    await ask(startLogging, { Name });
    bench.registry.clock.advance(1);
    await ask(createRepository, { repositoryName: "app" });
    await ask(describeRepositories, {});
    await ask(createUser, { UserName: "ann" });
    await ask(createRepository, { repositoryName: "elsewhere" }, elsewhere);
    await bench.deliver(30_000);
    expect(await bench.names()).toEqual([]);
    await bench.deliver();
    const [name = "", ...others] = await bench.names();
    expect(others).toEqual([]);
    expect(name).toMatch(
      /^audit\/AWSLogs\/0{12}\/CloudTrail\/us-east-1\/2023\/11\/14\/0{12}_CloudTrail_us-east-1_20231114T22\d\dZ_[A-Za-z0-9]{16}\.json\.gz$/,
    );
    bench.registry.clock.advance(1);
    await ask(createRepository, { repositoryName: "second" });
    bench.registry.clock.advance(1);
    await ask(stopLogging, { Name });
    bench.registry.clock.advance(1);
    await ask(createRepository, { repositoryName: "after" });
    await bench.deliver();
    await bench.deliver();
    const records = await bench.records();
    expect(
      records.map(({ eventName, requestParameters }) => [
        eventName,
        requestParameters?.repositoryName,
      ]),
    ).toEqual([
      ["StartLogging", undefined],
      ["CreateRepository", "app"],
      ["CreateRepository", "second"],
      ["StopLogging", undefined],
    ]);
    expect(records[1]).toMatchObject({ awsRegion: "us-east-1", recipientAccountId: account });
    const status = await ask(getTrailStatus, { Name });
    expect(status).toMatchObject({
      IsLogging: false,
      TimeLoggingStopped: expect.stringMatching(/Z$/),
    });
    expect(status.LatestDeliveryTime).toBeGreaterThan(Number(status.StopLoggingTime));
    // The last digest comes when all is written, and the next one tells of the gap.
    expect(await bench.digests()).toHaveLength(1);
    await ask(startLogging, { Name });
    await bench.hour();
    const [first, second] = await bench.digests();
    expect(first).toMatchObject({
      ...{ awsAccountId: account, digestS3Bucket: bucket, previousDigestS3Object: null },
      ...{ digestSignatureAlgorithm: "SHA256withRSA", logFiles: [{ s3Object: name }, {}] },
    });
    expect(second).toMatchObject({
      ...{ previousDigestS3Object: first?.digestS3Object, previousDigestHashAlgorithm: "SHA-256" },
      gaps: [{ reason: "StopLogging", endTime: second?.digestStartTime }],
    });
    expect(await bench.verify()).toMatchObject({ problems: [], digests: 2, files: 3 });
    const { PublicKeyList = [] } = await ask(listPublicKeys, {});
    expect(PublicKeyList).toHaveLength(1);
    expect(PublicKeyList[0]?.Fingerprint).toBe(first?.digestPublicKeyFingerprint);
    expect((await ask(listPublicKeys, { EndTime: 1, StartTime: 0 })).PublicKeyList).toEqual([]);
    const { ports } = bench.registry.environment;
    expect(await resealTrailKeys(ports)).toEqual({ count: 0, unopenable: [] });
    const [key] = await ports.metadata.trails.keys.list({ account, region: elsewhere.region }, 1);
    expect(key).toBeUndefined();
    expect(await bench.registry.dump()).not.toMatch(/PRIVATE KEY|MII[A-Za-z0-9+/]{600}/);
  });

  it("are written by two workers at once as by one", async () => {
    const before = (await bench.records()).length;
    for (const repositoryName of ["at-once-1", "at-once-2"]) {
      await ask(createRepository, { repositoryName });
    }
    await Promise.all([bench.deliver(), bench.deliver(), bench.deliver()]);
    await Promise.all([bench.deliver(3_600_000), bench.deliver(0)]);
    const ids = (await bench.records()).map(({ eventID }) => eventID);
    expect(ids).toHaveLength(before + 2);
    expect(new Set(ids).size).toBe(ids.length);
    expect(bench.failures).toEqual([]);
    expect((await bench.verify()).problems).toEqual([]);
  });

  it("go on after failures, repeat the same file, and say what they gave up", async () => {
    const before = await bench.names();
    await ask(createRepository, { repositoryName: "third" });
    const written: string[] = [];
    const { files } = bench;
    const lost = Object.assign(new Error("gone"), { code: "EIO" });
    // The file is there, and nobody learns of it.
    bench.target = {
      ...{ read: (name) => files.read(name), list: () => files.list(), close: () => {} },
      async write(name, content, signature) {
        await files.write(name, content, signature);
        written.push(name);
        throw lost;
      },
    };
    await bench.deliver();
    await bench.deliver();
    expect(bench.failures).toContain(lost);
    expect(written).toEqual([written[0], written[0]]);
    expect(await ask(getTrailStatus, { Name })).toMatchObject({ LatestDeliveryError: "EIO" });
    // What waits for a trail is kept, however old.
    const { ports } = bench.registry.environment;
    const removed = await ports.metadata.transaction(({ audit }) =>
      audit.removeBefore("api", ports.clock.now(), 1_000),
    );
    bench.target = files;
    await bench.deliver();
    expect(removed).toBeGreaterThan(0);
    expect(await bench.names()).toEqual([...before, written[0]].sort());
    const thirds = (await bench.records()).filter(
      ({ requestParameters }) => requestParameters?.repositoryName === "third",
    );
    expect(thirds).toHaveLength(1);
    expect((await ask(getTrailStatus, { Name })).LatestDeliveryError).toBeUndefined();

    await ask(createRepository, { repositoryName: "lost" });
    bench.target = { ...bench.target, write: () => Promise.reject(lost) };
    await bench.deliver();
    await bench.deliver(trailLimits.undeliveredMs + 1);
    bench.target = files;
    await bench.hour();
    expect(
      (await bench.records()).some(
        ({ requestParameters }) => requestParameters?.repositoryName === "lost",
      ),
    ).toBe(false);
    const { problems, gaps } = await bench.verify();
    expect(problems).toEqual([]);
    expect(gaps).toContainEqual(expect.stringMatching(/: \d+ records were given up$/));
  });

  it("are of one account or of all, and what is deleted leaves nothing that waits", async () => {
    await ask(createTrail, {
      ...{ Name: "everybody", S3BucketName: bucket, S3KeyPrefix: "all" },
      ...{ IsOrganizationTrail: true, IsMultiRegionTrail: true, EnableLogFileValidation: true },
    });
    await ask(startLogging, { Name: "everybody" });
    bench.registry.clock.advance(1);
    await ask(
      createRepository,
      { repositoryName: "theirs" },
      { ...stranger, region: elsewhere.region },
    );
    await ask(createRepository, { repositoryName: "gone" });
    await ask(deleteTrail, { Name });
    await bench.hour();
    const own = (await bench.records()).map(
      ({ requestParameters }) => requestParameters?.repositoryName,
    );
    expect(own.filter((name) => name === "gone" || name === "theirs").toSorted()).toEqual([
      "gone",
      "theirs",
    ]);
    const theirs = (await bench.names()).filter((name) => name.includes(otherAccount));
    expect(theirs).toEqual([
      expect.stringMatching(/^all\/AWSLogs\/o-[a-z0-9]+\/1{12}\/CloudTrail\/eu-west-1\//),
    ]);
    const { records } = bench.registry.environment.ports.metadata.trails;
    const [left] = await bench.registry.environment.ports.metadata.trails.trails.ofAccount(account);
    expect(left?.name).toBe("everybody");
    const waiting = await records.nextTrail("");
    expect([undefined, left?.id]).toContain(waiting);
  });
});
