/** Faults around a real server process: kills, stops, and many clients at once. */
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageManifest } from "../support/ecr.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";
import { someBytes } from "../support/store.ts";
import {
  type PushedImage,
  pullImage,
  pushImage,
  type Served,
  ServedStore,
  until,
} from "./served-store.ts";

const MiB = 1024 * 1024;

let store: ServedStore;

beforeEach(async () => {
  store = await ServedStore.make();
});

afterEach(() => store.remove());

describe("a server that ends", () => {
  it("3: by kill -9 right after it acknowledged a manifest has the whole image when it is back", async () => {
    const { server, client } = await store.serve(["app"]);
    const blobs = [someBytes(500), someBytes(2 * MiB), someBytes(100)] as const;
    const image = await pushImage(client, "app", "1.0", [...blobs]);
    await server.kill();
    const { server: next, client: again } = await store.serve();
    await pullImage(again, image);
    expect(await next.stop()).toBe(0);
    expect(await store.fsck()).toMatchObject({ code: 0, problems: [] });
  }, 60_000);

  it("10: by SIGTERM lets a PATCH finish, keeps what came of one that breaks off, and resumes both", async () => {
    const { server, client, authorization } = await store.serve(["app"]);
    const content = someBytes(30 * MiB);
    const finishing = await Patch.open(client, authorization, content);
    const breaking = await Patch.open(client, authorization, content);
    for (const patch of [finishing, breaking]) await patch.send(16 * MiB);
    const receivedBytes = 4 * MiB;
    await until(async () => {
      const staged = await store.files("blobs/incoming");
      const sizes = await Promise.all(staged.map(async (file) => (await stat(file)).size));
      return sizes.length === 2 && sizes.every((size) => size > receivedBytes + MiB);
    });
    const stopped = server.stop();
    await until(() => server.output().includes('"event":"stopping"'));
    breaking.breakOff();
    await finishing.send(4 * MiB);
    const answer = await finishing.end();
    expect([answer.statusCode, answer.headers.range]).toEqual([202, `0-${20 * MiB - 1}`]);
    expect(await stopped).toBe(0);

    const { client: again } = await store.serve();
    const kept = await Promise.all([finishing, breaking].map(({ url }) => offsetOf(again, url)));
    expect(kept[0]).toBe(20 * MiB);
    expect(kept[1]).toBeGreaterThanOrEqual(receivedBytes);
    expect(kept[1]).toBeLessThanOrEqual(16 * MiB);
    for (const [index, { url }] of [finishing, breaking].entries()) {
      const offset = kept[index]!;
      const put = await again.send("PUT", `${url}?digest=${digestOf(content)}`, {
        body: content.subarray(offset),
        headers: { "content-range": `${offset}-${content.length - 1}` },
      });
      expect(put.status).toBe(201);
      const pulled = await again.get(`/v2/app/blobs/${digestOf(content)}`);
      expect([pulled.status, pulled.body.equals(content)]).toEqual([200, true]);
    }
  }, 60_000);
});

/** One PATCH that is sent bit by bit. */
class Patch {
  readonly url: string;
  readonly #request: ClientRequest;
  readonly #content: Buffer;
  readonly #answered: Promise<IncomingMessage>;
  #sentBytes = 0;

  private constructor(url: string, request: ClientRequest, content: Buffer) {
    this.url = url;
    this.#request = request;
    this.#content = content;
    this.#answered = once(request, "response").then(([response]) => response);
    this.#answered.catch(() => undefined); // Of one that breaks off, nobody waits for an answer.
  }

  static async open(client: OciClient, authorization: string, content: Buffer): Promise<Patch> {
    const url = await client.startUpload("app");
    const request = httpRequest(url, {
      method: "PATCH",
      agent: false,
      headers: { authorization, "transfer-encoding": "chunked" },
    });
    return new Patch(url, request, content);
  }

  async send(bytes: number): Promise<void> {
    const piece = this.#content.subarray(this.#sentBytes, this.#sentBytes + bytes);
    this.#sentBytes += bytes;
    if (!this.#request.write(piece)) await once(this.#request, "drain");
  }

  async end(): Promise<IncomingMessage> {
    this.#request.end();
    return (await this.#answered).resume();
  }

  breakOff(): void {
    this.#request.destroy();
  }
}

async function offsetOf(client: OciClient, url: string): Promise<number> {
  const { status, headers } = await client.get(url);
  expect(status).toBe(204);
  return Number(headers.get("range")?.split("-")[1]) + 1;
}

describe("garbage collection every second", () => {
  const clients = 16;
  const forMs = 8_000;

  it("13: beside 16 clients that push, delete and push again takes nothing that is in use", async () => {
    const repositories = Array.from({ length: clients }, (_, index) => `app-${index}`);
    const settings = { ENTREPOT_GC_INTERVAL: "1" };
    const { server, client } = await store.serve(repositories, settings);
    // A pool that all draw from, so that one client pushes what another one just deleted.
    const layers = Array.from({ length: 12 }, () => [someBytes(2_000), someBytes(64 * 1024)]);
    const endAt = Date.now() + forMs;
    const images: PushedImage[] = [];
    const work = repositories.map(async (repository, index) => {
      images.push(await pushImage(client, repository, "kept", [someBytes(200), someBytes(70_000)]));
      for (let turn = index; ; turn++) {
        const config = Buffer.from(`{"turn":${turn % 5}}`);
        const blobs = [config, ...layers[turn % layers.length]!] as const;
        const image = await pushImage(client, repository, "moving", [...blobs]);
        await pullImage(client, image);
        if (Date.now() > endAt) {
          images.push(image);
          return;
        }
        await deleteImage(client, image);
      }
    });
    await Promise.all(work);
    expect(images).toHaveLength(2 * clients);
    for (const image of images) await pullImage(client, image);
    expect(await server.stop()).toBe(0);
    expect(await store.fsck()).toMatchObject({ code: 0, problems: [] });
    const collected = server
      .output()
      .split("\n")
      .filter((line) => line.includes('"event":"gc"'))
      .map((line) => JSON.parse(line) as { objects: number });
    expect(collected.reduce((sum, { objects }) => sum + objects, 0)).toBeGreaterThan(clients);
    expect(server.output()).not.toContain('"level":"error"');
  }, 60_000);
});

describe("fsck", () => {
  it("finds nothing wrong with the spare bytes of an equal layer that are not collected yet", async () => {
    const { server, client } = await store.serve(["app", "other"]);
    const layer = someBytes(64 * 1024);
    for (const repository of ["app", "other"]) await client.pushBlob(repository, layer);
    expect(await server.stop()).toBe(0);
    const objects = await Promise.all(
      ["incoming", "objects"].map((name) => store.files(`blobs/${name}`)),
    );
    expect(objects.flat()).toHaveLength(2);
    expect(await store.fsck()).toMatchObject({ code: 0, problems: [] });
  }, 60_000);
});

/** The manifest, then every blob: what the collector may take from now on. */
async function deleteImage(client: OciClient, image: PushedImage): Promise<void> {
  const path = `/v2/${image.repository}`;
  const paths = [
    `${path}/manifests/${image.digest}`,
    ...image.blobs.map((blob) => `${path}/blobs/${digestOf(blob)}`),
  ];
  for (const target of paths) {
    const answer = await client.send("DELETE", target);
    if (answer.status !== 202) throw new Error(`${target}: ${answer.status} ${answer.text()}`);
  }
}

describe("50 writers at once", () => {
  const writers = 50;

  it("21: who move one tag never let a reader see anything but one of their images", async () => {
    const { client } = await store.serve(["app"]);
    const manifests = await differentManifests(client, "app", writers);
    const digests = manifests.map((manifest) => digestOf(JSON.stringify(manifest)));
    const first = await client.putManifest("app", "moving", manifests[0]!);
    expect(first.status).toBe(201);
    let writing = true;
    const seen = new Set<string>();
    const readers = Array.from({ length: 8 }, async () => {
      while (writing) {
        const answer = await client.get("/v2/app/manifests/moving");
        expect(answer.status).toBe(200);
        expect(answer.headers.get("docker-content-digest")).toBe(digestOf(answer.body));
        expect(digests).toContain(digestOf(answer.body));
        seen.add(digestOf(answer.body));
      }
    });
    const written = Promise.all(
      manifests.map(async (manifest) => {
        const put = await client.putManifest("app", "moving", manifest);
        expect(put.status).toBe(201);
      }),
    ).finally(() => {
      writing = false;
    });
    await Promise.all([written, ...readers]);
    expect(seen.size).toBeGreaterThan(1);
  }, 60_000);

  it("22: who create one immutable tag: one succeeds, and nothing stays of the others", async () => {
    const { client } = await store.serve(["immutable"]);
    const manifests = await differentManifests(client, "immutable", writers);
    const answers = await Promise.all(
      manifests.map((manifest) => client.putManifest("immutable", "1.0", manifest)),
    );
    const created = answers.filter(({ status }) => status === 201);
    expect(created).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status !== 201) {
        expect([answer.status, answer.code()]).toEqual([400, "TAG_INVALID"]);
      }
    }
    const winner = created[0]!.headers.get("docker-content-digest");
    const tagged = await client.get("/v2/immutable/manifests/1.0");
    expect([tagged.status, digestOf(tagged.body)]).toEqual([200, winner]);
    for (const manifest of manifests) {
      const digest = digestOf(JSON.stringify(manifest));
      const { status } = await client.head(`/v2/immutable/manifests/${digest}`);
      expect(status).toBe(digest === winner ? 200 : 404);
    }
  }, 60_000);
});

async function differentManifests(
  client: OciClient,
  repository: string,
  count: number,
): Promise<object[]> {
  const config = Buffer.from("{}");
  await client.pushBlob(repository, config);
  return Array.from({ length: count }, (_, index) => ({
    ...imageManifest(config),
    annotations: { writer: String(index) },
  }));
}

describe("the data directory", () => {
  it("has nothing in it of a layer, a config, a manifest or an unfinished upload", async () => {
    const served = await store.serve(["plainly/named"]);
    const sentences = await pushSentences(served);
    // What is no secret is found, so the search finds what is there.
    expect(await foundInFiles(["plainly/named", ...sentences])).toEqual(["plainly/named"]);
    expect(await served.server.stop()).toBe(0);
    expect(await foundInFiles(["plainly/named", ...sentences])).toEqual(["plainly/named"]);
  }, 60_000);
});

/** Pushes something of every kind with a telling sentence in each; says the sentences. */
async function pushSentences({ client }: Served): Promise<string[]> {
  const repository = "plainly/named";
  const said: string[] = [];
  const say = (what: string) => {
    const sentence = `nobody may read this in ${what}`;
    said.push(sentence);
    return sentence;
  };
  const config = Buffer.from(JSON.stringify({ config: { Env: [say("a config")] } }));
  const small = Buffer.from(say("a small layer"));
  const large = Buffer.alloc(3 * MiB, say("a large layer"));
  for (const blob of [config, small, large]) await client.pushBlob(repository, blob);
  const image = {
    ...imageManifest(config, small, large),
    annotations: { note: say("a manifest") },
  };
  const referrer = {
    ...imageManifest(config),
    artifactType: "application/vnd.example.note",
    subject: { mediaType: image.mediaType, digest: digestOf(JSON.stringify(image)), size: 1 },
    annotations: { note: say("a referrer") },
  };
  const index = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        mediaType: image.mediaType,
        digest: digestOf(JSON.stringify(image)),
        size: JSON.stringify(image).length,
        annotations: { note: say("an index") },
      },
    ],
  };
  for (const [tag, manifest] of Object.entries({ image, referrer, index })) {
    const put = await client.putManifest(repository, tag, manifest);
    expect([put.status, put.text()]).toEqual([201, ""]);
    expect((await client.get(`/v2/${repository}/manifests/${tag}`)).status).toBe(200);
  }
  for (const body of [Buffer.from(say("a small upload")), Buffer.alloc(MiB, say("an upload"))]) {
    const patched = await client.send("PATCH", await client.startUpload(repository), { body });
    expect(patched.status).toBe(202);
  }
  return said;
}

/** Which of the texts are in any file's bytes. */
async function foundInFiles(texts: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const file of await store.files()) {
    const bytes = await readFile(file);
    for (const text of texts) if (bytes.includes(text)) found.add(text);
  }
  return texts.filter((text) => found.has(text));
}
