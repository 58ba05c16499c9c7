/** The command as it is typed, on files that a trail wrote. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { bucket, TrailBench } from "../../../../test/support/trails.ts";
import { createTrail } from "../../../operations/cloudtrail/create-trail.ts";
import { startLogging } from "../../../operations/cloudtrail/start-logging.ts";

let server: CommandServer;
let bench: TrailBench;
let place: string;
let keys: string;

beforeAll(async () => {
  server = await openCommandServer();
  const directory = join(server.directory, "trails");
  bench = new TrailBench(server.registry(), directory);
  place = pathToFileURL(directory).href;
  const trail = { Name: "main", S3BucketName: bucket, EnableLogFileValidation: true };
  await bench.registry.ask(createTrail, trail);
  await bench.registry.ask(startLogging, { Name: "main" });
  for (let hour = 0; hour < 2; hour++) {
    await bench.registry.createRepository(`app-${hour}`);
    await bench.hour();
  }
  keys = join(server.directory, "keys.json");
  await writeFile(keys, (await server.run(["audit", "public-keys"])).out);
});
afterAll(() => server.close());

const verify = (...words: string[]) => server.run(["audit", "verify", place, ...words]);

it("says that all is as it was written, by the server's keys and by those of a file", async () => {
  const sound = { code: 0, out: "2 digests and 2 files are as they were written.\n", error: "" };
  expect(await verify()).toEqual(sound);
  const offline = ["--public-keys", keys, "--endpoint", "http://127.0.0.1:1"];
  expect(await verify(...offline)).toEqual(sound);
  const found = { ok: true, digests: 2, files: 2, findings: [] };
  expect(await server.json(["audit", "verify", place])).toEqual(found);
});

it("trusts no key that it was not given", async () => {
  const none = join(server.directory, "none.json");
  await writeFile(none, '{"PublicKeyList":[]}');
  const { code, out } = await verify("--public-keys", none);
  expect(code).toBe(1);
  expect(out).toMatch(/PROBLEM AWSLogs\/.*: the digest is signed with a key that is not known/);
  expect(await verify("--public-keys", `${none}x`)).toMatchObject({
    ...{ code: 1, error: expect.stringContaining("cannot be read") },
  });
});

it("says what is wrong where, and fails", async () => {
  const [first = ""] = await bench.names();
  await rm(join(bench.directory, first));
  const { code, out } = await verify();
  expect(code).toBe(1);
  expect(out).toBe(
    `PROBLEM ${first}: the file is missing\n` +
      "2 digests and 1 files are as they were written; 1 problems were found.\n",
  );
});
