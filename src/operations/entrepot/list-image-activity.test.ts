import { afterEach, beforeEach, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { debianLayer, ScannedRegistry } from "../../../test/support/scanned-registry.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { updateImageStorageClass } from "../ecr/update-image-storage-class.ts";
import { listImageActivity } from "./list-image-activity.ts";
import { restoreTag } from "./restore-tag.ts";

let scanned: ScannedRegistry;
beforeEach(async () => {
  scanned = await ScannedRegistry.open("app", "web");
});
afterEach(() => scanned.close());
const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);

const repositoryName = "app";
const activityOf = (imageDigest: string, more: object = {}) =>
  ask(listImageActivity, { repositoryName, imageId: { imageDigest }, ...more });
const later = () => scanned.registry.clock.advance(1_000);

async function pull(imageId: object, caller?: Parameters<typeof ask>[2]) {
  later();
  const asked = ask(batchGetImage, { repositoryName, imageIds: [imageId] }, caller);
  await asked.catch(() => undefined);
}

/** Every page of a few, however empty. */
async function everything(imageDigest: string, maxResults: number) {
  const rows = [];
  let nextToken: string | undefined;
  do {
    const page = await activityOf(imageDigest, { maxResults, nextToken });
    expect(page.activities.length).toBeLessThanOrEqual(maxResults);
    expect(page.lookedBackTo === undefined).toBe(page.nextToken === undefined);
    rows.push(...page.activities);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return rows;
}

it("tells pulls, scans, tags, refusals and what else names the image, and nothing of others", async () => {
  const imageDigest = await scanned.push("app", "v1", [debianLayer]);
  const other = await scanned.push("app", "v2", [Buffer.from("two")]);
  await scanned.push("web", "v1", [debianLayer]);
  const user = await userWith(
    ...[scanned.opened.ports, { account, name: "eve" }],
    ...[{ Effect: "Allow", Action: "kms:*", Resource: "*" }],
  );
  await pull({ imageDigest });
  await pull({ imageTag: "v1" });
  await pull({ imageTag: "v2" });
  await pull({ imageDigest }, user);
  await ask(restoreTag, { repositoryName, imageTag: "stable", imageDigest });
  const archive = { imageId: { imageDigest }, targetStorageClass: "ARCHIVE" };
  await scanned.settle();
  await ask(updateImageStorageClass, { repositoryName, ...archive });
  await scanned.settle();
  const { activities, recordsIncluded } = await activityOf(imageDigest);
  expect(recordsIncluded).toBe(true);
  const told = activities.map(({ kind, name }) => `${kind} ${name}`).sort();
  expect(told).toEqual([
    "DENIAL BatchGetImage",
    "PULL BatchGetImage",
    "PULL BatchGetImage",
    "PUSH PutImage",
    "SCAN Inspector2 Scan",
    "STORAGE ECR Image Action",
    "STORAGE UpdateImageStorageClass",
    "TAG ECR Image Action",
    "TAG ECR Image Action",
    "TAG RestoreTag",
  ]);
  const denial = activities.find(({ kind }) => kind === "DENIAL");
  expect(denial).toMatchObject({
    principal: user.principal.arn,
    errorCode: expect.stringContaining("AccessDenied"),
  });
  const pulls = await activityOf(imageDigest, { kinds: ["PULL"] });
  expect(pulls.activities.map(({ kind }) => kind)).toEqual(["PULL", "PULL"]);
  const others = await activityOf(other, { kinds: ["PULL", "DENIAL"] });
  expect(others.activities).toHaveLength(1);
});

it("pages through both lists without leaving anything out or telling it twice", async () => {
  const imageDigest = await scanned.push("app", "v1", [debianLayer]);
  for (let round = 0; round < 7; round += 1) {
    await pull({ imageDigest });
    await ask(restoreTag, { repositoryName, imageTag: `t${round}`, imageDigest });
    await scanned.settle();
  }
  const all = await everything(imageDigest, 1_000);
  expect(all.length).toBeGreaterThan(20);
  for (const size of [1, 2, 5]) expect(await everything(imageDigest, size)).toEqual(all);
  const times = all.map(({ timestamp }) => timestamp);
  expect(times).toEqual([...times].sort((one, other) => other - one));
});

it("goes by where a tag pointed then, and knows of an image that is gone", async () => {
  const one = await scanned.push("app", "latest", [Buffer.from("one")]);
  await pull({ imageTag: "latest" });
  later();
  const two = await scanned.push("app", "latest", [Buffer.from("two")]);
  await pull({ imageTag: "latest" });
  await pull({ imageTag: "latest" });
  later();
  await ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: one }] });
  const kinds = ["PULL", "DELETION"];
  const ofOne = await activityOf(one, { kinds });
  expect(ofOne.activities.map(({ kind }) => kind)).toEqual(["DELETION", "PULL"]);
  const ofTwo = await activityOf(two, { kinds });
  expect(ofTwo.activities.map(({ kind }) => kind)).toEqual(["PULL", "PULL"]);
  const tagged = await ask(listImageActivity, { repositoryName, imageId: { imageTag: "latest" } });
  expect(tagged.imageDigest).toBe(two);
});

it("leaves records out for those who may not read the audit trail", async () => {
  const imageDigest = await scanned.push("app", "v1", [debianLayer]);
  await scanned.settle();
  const caller = await userWith(
    ...[scanned.opened.ports, { account, name: "dev" }],
    ...[
      {
        Effect: "Allow",
        Action: ["entrepot:ListImageActivity", "ecr:DescribeImages"],
        Resource: "*",
      },
    ],
  );
  const input = { repositoryName, imageId: { imageDigest } };
  const { activities, recordsIncluded } = await ask(listImageActivity, input, caller);
  expect(recordsIncluded).toBe(false);
  expect(activities.some(({ event }) => event !== undefined)).toBe(true);
  expect(activities.every(({ record }) => record === undefined)).toBe(true);
  const stranger = await userWith(
    ...[scanned.opened.ports, { account, name: "eve" }],
    ...[{ Effect: "Allow", Action: "ecr:DescribeImages", Resource: "*" }],
  );
  await expect(ask(listImageActivity, input, stranger)).rejects.toMatchObject({
    kind: "AccessDenied",
  });
});

it("refuses a token of another image", async () => {
  const imageDigest = await scanned.push("app", "v1", [debianLayer]);
  const other = await scanned.push("app", "v2", [Buffer.from("two")]);
  await scanned.settle();
  const { nextToken } = await activityOf(imageDigest, { maxResults: 1 });
  expect(nextToken).toBeDefined();
  await expect(activityOf(other, { nextToken })).rejects.toMatchObject({
    kind: "InvalidParameter",
  });
});
