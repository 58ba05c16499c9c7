import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { App } from "../../test/support/app.ts";
import { digestText, layoutFiles } from "../../test/support/image-files.ts";
import { file, layerArchive } from "../../test/support/layer-archive.ts";
import { IndexDirectory } from "../adapters/advisories/index-directory.ts";
import type { Client } from "../doors/cli/client.ts";
import { runCommandLine } from "../doors/cli/command-line.ts";
import type { Commands } from "../doors/cli/commands.ts";
import { scanCommands } from "./scan-commands.ts";

const layer = layerArchive([
  file("app/node_modules/left/package.json", '{"name":"left","version":"1.0.0"}'),
]);
const layout = layoutFiles([
  { layers: [layer] },
  { layers: [layer], words: { architecture: "arm64" } },
]);
const index = layout.get("index.json")!;
const blobs = new Map(
  [...layout]
    .filter(([path]) => path.startsWith("blobs/"))
    .map(([path, content]) => [path.slice("blobs/".length).replace("/", ":"), content]),
);
blobs.set(digestText(index), index);
const types = { index: "application/vnd.oci.image.index.v1+json" };

/** A registry that wants a token, whose giver wants a password. */
const asked: { url: string; authorization: string | undefined }[] = [];
let damage: (url: string, content: Buffer) => Buffer = (_, content) => content;
let realm = "";
const registry = createServer((request: IncomingMessage, response: ServerResponse) => {
  const { url = "", headers } = request;
  asked.push({ url, authorization: headers.authorization });
  if (url.startsWith("/token")) {
    response.end(JSON.stringify({ token: "the-token" }));
  } else if (headers.authorization !== "Bearer the-token") {
    const challenge = `Bearer realm="${realm}",service="registry"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
  } else {
    const name = url.split("/").at(-1) ?? "";
    const content = name === "v1" ? index : blobs.get(name);
    if (content === undefined) response.writeHead(404).end();
    else if (name === "v1") response.writeHead(200, { "content-type": types.index }).end(index);
    else response.end(damage(url, content));
  }
});

let app: App;
let root: string;
let host: string;
let client: Client;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "entrepot-scan-registry-"));
  const range = { type: "SEMVER", events: [{ introduced: "0" }, { fixed: "2.0.0" }] };
  const record = {
    ...{ id: "GHSA-left", modified: "2026-01-01T00:00:00Z" },
    affected: [{ package: { ecosystem: "npm", name: "left" }, ranges: [range] }],
  };
  writeFileSync(join(root, "records.json"), JSON.stringify([record]));
  const indexes = new IndexDirectory(join(root, "vulndb"), undefined);
  const inputs = [join(root, "records.json")];
  await indexes.import({ inputs, replaced: [], followed: {}, builtAt: Date.UTC(2026, 0, 2) });
  indexes.close();
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  app = await App.start();
  await app.login();
  const { credentials } = app.clientSettings;
  client = {
    ...{ httpUrl: app.origin, httpsUrl: undefined, domain: "localhost" },
    ...{ account: app.config.account, region: app.config.region, dataDirectory: root },
    ...{ authorityFile: join(root, "ca.pem"), environmentKey: undefined },
    ...{ rootKey: async () => credentials, awsConfigFile: join(root, "config") },
    ...{ awsCredentialsFile: join(root, "credentials"), dockerConfigDirectory: root },
  };
});
afterAll(async () => {
  registry.close();
  await app.stop();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  asked.length = 0;
  damage = (_, content) => content;
  realm = `http://${host}/token`;
  rmSync(join(root, "config.json"), { force: true });
});

async function scan(name: string, ...words: readonly string[]) {
  const [out, error] = [new PassThrough(), new PassThrough()];
  const config = {
    ...{ dataDirectory: root, isEgressListed: (address: string) => address === "127.0.0.1" },
    vulnerabilityFeeds: { ...app.config.vulnerabilityFeeds, staleMs: Number.MAX_SAFE_INTEGER },
  };
  const commands: Pick<Commands, "version" | "settings" | "now" | "scan"> = {
    ...{ version: "1.2.3", settings: [], now: () => Date.now() },
    scan: () => scanCommands({ config, client, standardInput: Readable.from([]) }),
  };
  const all = ["scan", name, "--vulndb", join(root, "vulndb"), "--platform", "linux/arm64"];
  const code = await runCommandLine([...all, ...words], commands as Commands, { out, error });
  return { code, out: String(out.read() ?? ""), error: String(error.read() ?? "") };
}

it("an image of this deployment is pulled with the client's key, by tag or digest", async () => {
  const ecr = new ECRClient(app.clientSettings);
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app" }));
  for (const [digest, content] of blobs) {
    const text = content.toString();
    if (text.includes('"schemaVersion"')) continue;
    const path = `/v2/team/app/blobs/uploads/?digest=${digest}`;
    const headers = { "content-type": "application/octet-stream" };
    expect((await app.send("POST", path, { body: content, headers })).status).toBe(201);
  }
  const manifests = [...blobs].filter(
    ([, content]) => content.includes('"schemaVersion"') && content !== index,
  );
  for (const [reference, content] of [...manifests, ["v1", index] as const]) {
    const { mediaType } = JSON.parse(content.toString()) as { mediaType: string };
    const headers = { "content-type": mediaType };
    const path = `/v2/team/app/manifests/${reference}`;
    expect((await app.send("PUT", path, { body: content, headers })).status).toBe(201);
  }
  const own = new URL(app.origin).host;
  for (const name of [
    "team/app:v1",
    `${own}/team/app:v1`,
    `${own}/team/app@${digestText(index)}`,
  ]) {
    const { code, out, error } = await scan(name, "--fail-on", "fixable");
    expect([code, error]).toEqual([3, ""]);
    expect(out).toContain(`${name}: 1 not rated`);
  }
  const absent = await scan("team/app:v2");
  expect([absent.code, absent.error]).toEqual([1, expect.stringContaining("has no team/app:v2")]);
});

it("an image of another registry is pulled by a token, with what Docker logged in by", async () => {
  const password = Buffer.from("user:password").toString("base64");
  const auths = { [host]: { auth: password } };
  writeFileSync(join(root, "config.json"), JSON.stringify({ auths }));
  const { code, out, error } = await scan(`${host}/team/app:v1`);
  expect([code, error], out).toEqual([0, ""]);
  const tokens = asked.filter(({ url }) => url.startsWith("/token"));
  expect(tokens).toEqual([
    {
      url: "/token?service=registry&scope=repository%3Ateam%2Fapp%3Apull",
      authorization: `Basic ${password}`,
    },
  ]);
  const others = asked.filter(({ url }) => !url.startsWith("/token")).slice(1);
  expect(new Set(others.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer the-token"]),
  );
});

it("the password goes to nobody else in the clear", async () => {
  const other = createServer((request, response) => {
    asked.push({ url: `other ${request.url}`, authorization: request.headers.authorization });
    response.end(JSON.stringify({ token: "the-token" }));
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  realm = `http://127.0.0.1:${(other.address() as AddressInfo).port}/token`;
  const auths = { [host]: { auth: Buffer.from("user:password").toString("base64") } };
  writeFileSync(join(root, "config.json"), JSON.stringify({ auths }));
  expect((await scan(`${host}/team/app:v1`)).code).toBe(0);
  other.close();
  const token = asked.find(({ url }) => url.startsWith("other"));
  expect(token).toMatchObject({ authorization: undefined });
});

it("what is not what its digest says is not scanned, nor what is longer than it should be", async () => {
  const largest = [...blobs.values()].find((content) => content[0] === 0x1f)!;
  const changes: [string, (url: string, content: Buffer) => Buffer][] = [
    ["layer", (_, content) => (content === largest ? flipped(content) : content)],
    ["long", (_, content) => (content === largest ? doubled(content) : content)],
    ["manifest", (url, content) => (url.includes("/manifests/") ? doubled(content) : content)],
    ["config", (_, content) => (content.includes("diff_ids") ? flipped(content) : content)],
  ];
  for (const [what, change] of changes) {
    damage = change;
    const { code, out, error } = await scan(`${host}/team/app:v1`);
    expect([code, out], what).toEqual([1, ""]);
    expect(error, what).toMatch(/damaged|another|larger|too long|breaks off/i);
  }
  expect((await scan(`${host}/team/app:absent`)).error).toContain("has no");
});

function flipped(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  copy[copy.length - 1]! ^= 1;
  return copy;
}

function doubled(content: Buffer): Buffer {
  return Buffer.concat([content, content]);
}
