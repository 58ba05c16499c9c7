/** What somebody does to the files of a trail is found, and where it was done. */
import { copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openTestRegistry } from "../../../test/support/ecr.ts";
import { bucket, openTrailBench, type TrailBench } from "../../../test/support/trails.ts";
import { createTrail } from "../../operations/cloudtrail/create-trail.ts";
import { startLogging } from "../../operations/cloudtrail/start-logging.ts";
import { gunzipped, gzipped } from "./gzip-file.ts";
import { trailLimits } from "./trail-limits.ts";

let bench: TrailBench;
let files: string[];
let digests: string[];
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  bench = await openTrailBench(await openTestRegistry());
  const trail = { Name: "main", S3BucketName: bucket, EnableLogFileValidation: true };
  await bench.registry.ask(createTrail, trail);
  await bench.registry.ask(startLogging, { Name: "main" });
  for (let hour = 0; hour < 4; hour++) {
    await bench.registry.createRepository(`app-${hour}`);
    await bench.hour();
  }
  files = await bench.names();
  digests = await bench.names("CloudTrail-Digest");
});
afterAll(() => bench.close());
beforeEach(async () => {
  for (const each of undo.splice(0)) await each();
  expect(await bench.verify()).toEqual({ problems: [], gaps: [], digests: 4, files: 4 });
});

const at = (name: string) => join(bench.directory, name);

/** Another content, until the next test. */
async function change(name: string, changed: (content: Buffer) => Buffer | Promise<Buffer>) {
  const content = await readFile(at(name));
  undo.push(() => writeFile(at(name), content));
  await writeFile(at(name), await changed(content));
}

async function take(name: string): Promise<void> {
  await rename(at(name), `${bench.directory}/taken`);
  undo.push(() => rename(`${bench.directory}/taken`, at(name)));
}

const flipped = (place: number) => (content: Buffer) => {
  const copy = Buffer.from(content);
  const index = place < 0 ? copy.length + place : place;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
};
const found = async () => (await bench.verify()).problems;
const about = (name: string | undefined, what: string) => `${basename(name ?? "")}: ${what}`;

it("finds a flipped byte of a file, wherever it is", async () => {
  for (const place of [0, 4, 9, 40, -20, -6, -1]) {
    await change(files[1]!, flipped(place));
    expect(await found(), `byte ${place}`).toEqual([about(files[1], "the file is damaged")]);
    for (const each of undo.splice(0)) await each();
  }
});

it("finds a file whose content was changed and packed anew, one that is gone, and two that changed places", async () => {
  await change(files[1]!, async (content) => {
    const text = Buffer.from((await gunzipped(content, 1e9)) ?? "").toString();
    return Buffer.from(
      await gzipped(Buffer.from(text.replace("CreateRepository", "DeleteRepository"))),
    );
  });
  expect(await found()).toEqual([about(files[1], "the file is not what its digest says")]);
  for (const each of undo.splice(0)) await each();

  await take(files[2]!);
  expect(await found()).toEqual([about(files[2], "the file is missing")]);
  for (const each of undo.splice(0)) await each();

  const [one, other] = [await readFile(at(files[0]!)), await readFile(at(files[1]!))];
  await change(files[0]!, () => other);
  await change(files[1]!, () => one);
  expect((await found()).toSorted()).toEqual(
    [files[0], files[1]]
      .map((name) => about(name, "the file is not what its digest says"))
      .toSorted(),
  );
});

it("finds a flipped byte of a digest or of its signature", async () => {
  const newest = digests.at(-1)!;
  for (const name of [newest, digests[1]!]) {
    for (const place of [0, 60, -1]) {
      await change(name, flipped(place));
      expect(await found(), `byte ${place}`).toContain(about(name, "the digest is damaged"));
      for (const each of undo.splice(0)) await each();
    }
    await change(`${name}.sig`, flipped(10));
    expect(await found()).toContainEqual(expect.stringMatching(/does not have the signature/));
    for (const each of undo.splice(0)) await each();
  }
});

it("finds a digest that is gone, one that was changed, and two that changed places", async () => {
  await take(digests[1]!);
  expect(await found()).toContain(about(digests[1], "the digest is missing"));
  expect(await found()).toContain(about(files[1], "no digest names the file"));
  for (const each of undo.splice(0)) await each();

  await change(digests[2]!, async (content) => {
    const text = Buffer.from((await gunzipped(content, 1e9)) ?? "").toString();
    return Buffer.from(
      await gzipped(Buffer.from(text.replace(/"logFiles":\[.*\]/, '"logFiles":[]'))),
    );
  });
  expect(await found()).toContainEqual(expect.stringMatching(/does not have the signature/));
  for (const each of undo.splice(0)) await each();

  const [one, other] = [await readFile(at(digests[0]!)), await readFile(at(digests[1]!))];
  await change(digests[0]!, () => other);
  await change(digests[1]!, () => one);
  const problems = await found();
  expect(problems.filter((each) => each.includes("the digest is another one"))).toHaveLength(2);
});

it("finds files that were added, and that the newest digest is gone", async () => {
  const added = files[0]!.replace(/_[A-Za-z0-9]{16}\.json/, "_AAAAAAAAAAAAAAAA.json");
  await copyFile(at(files[0]!), at(added));
  undo.push(() => rm(at(added)));
  expect(await found()).toEqual([about(added, "no digest names the file")]);
  for (const each of undo.splice(0)) await each();

  const odd = files[0]!.replace(/[^/]+$/, "notes.txt");
  await copyFile(at(files[0]!), at(odd));
  undo.push(() => rm(at(odd)));
  expect(await found()).toEqual(["notes.txt: no trail names a file so"]);
  for (const each of undo.splice(0)) await each();

  await take(digests[3]!);
  bench.registry.clock.advance(trailLimits.digestLateMs);
  expect(await found()).toEqual([about(files[3], "no digest names the file")]);
});
