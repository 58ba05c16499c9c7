/** Replicas that share a database and a bucket keep nothing that another one could miss. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pullImage, pushImage } from "../faults/served-store.ts";
import { imageManifest } from "../support/ecr.ts";
import { Fleet } from "../support/fleet.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";

const MiB = 1024 * 1024;
let fleet: Fleet;
let clients: OciClient[];

beforeAll(async () => {
  fleet = await Fleet.start({ replicas: 3 });
  clients = await Promise.all([0, 1, 2].map((replica) => fleet.client(replica)));
});
afterAll(() => fleet?.stop());

const config = (text: string) => Buffer.from(JSON.stringify({ text }));
const of = (index: number) => clients[index % clients.length]!;

describe("three replicas on PostgreSQL and S3", () => {
  it("show at once what was pushed to one of them, and the tag that moved", async () => {
    await fleet.createRepository("shared");
    for (let round = 0; round < 6; round++) {
      const layers = [config(`round ${round}`), randomBytes(2 * MiB + round)] as const;
      const image = await pushImage(of(round), "shared", "latest", [...layers]);
      await Promise.all(clients.map((client) => pullImage(client, image)));
    }
    const { problems, images } = await fleet.check();
    expect({ problems, images }).toEqual({ problems: [], images: 6 });
  });

  it.each(["sha256", "sha512"] as const)(
    "go on with an upload that was begun on another, and end it by %s",
    async (algorithm) => {
      const repository = `chunks-${algorithm}`;
      await fleet.createRepository(repository);
      const content = randomBytes(25 * MiB);
      let location = await of(0).startUpload(repository);
      const ends = [7 * MiB, 12 * MiB + 1, 20 * MiB, content.length];
      let start = 0;
      for (const [index, end] of ends.entries()) {
        const status = await of(index + 2).send("GET", location);
        expect([status.status, status.headers.get("range")]).toEqual([
          204,
          `0-${Math.max(0, start - 1)}`,
        ]);
        const sent = await of(index + 1).send("PATCH", location, {
          headers: { "content-range": `${start}-${end - 1}` },
          body: content.subarray(start, end),
        });
        expect(sent.status).toBe(202);
        location = sent.headers.get("location")!;
        start = end;
      }
      const digest = digestOf(content, algorithm);
      const done = await of(0).send("PUT", `${location}?digest=${digest}`);
      expect(done.status).toBe(201);
      const pulled = await of(1).get(`/v2/${repository}/blobs/${digest}`);
      expect(pulled.body.equals(content)).toBe(true);
      const again = await of(2).send("PUT", `${location}?digest=${digest}`);
      expect(again.status).toBe(201); // I10: its answer may have been lost.
    },
  );

  it("let one of two writers of a session go on, and lose nothing of what was answered", async () => {
    await fleet.createRepository("race");
    const location = await of(0).startUpload("race");
    const contents = [0, 1, 2].map((fill) => Buffer.alloc(6 * MiB, fill + 1));
    const answers = await Promise.all(
      contents.map((body, index) => of(index).send("PATCH", location, { body })),
    );
    const accepted = answers.map(({ status }) => status === 202);
    expect(accepted.filter(Boolean).length).toBeGreaterThanOrEqual(1);
    expect(answers.filter(({ status }) => ![202, 416].includes(status))).toEqual([]);
    const took = contents.filter((_, index) => accepted[index]);
    // In whatever order they came, each is whole.
    const orders = permutations(took).map((order) => Buffer.concat(order));
    const outcomes: number[] = [];
    for (const whole of orders) {
      const done = await of(1).send("PUT", `${location}?digest=${digestOf(whole)}`);
      outcomes.push(done.status);
      if (done.status === 201) {
        const pulled = await of(2).get(`/v2/race/blobs/${digestOf(whole)}`);
        expect(pulled.body.equals(whole)).toBe(true);
        break;
      }
    }
    expect(outcomes).toContain(201);
  });

  it("move one tag by 50 writers while every read finds it (21)", async () => {
    await fleet.createRepository("tags");
    const shared = config("shared");
    await of(0).pushBlob("tags", shared);
    const manifest = (n: number) => ({ ...imageManifest(shared), annotations: { n: String(n) } });
    expect((await of(0).putManifest("tags", "moving", manifest(0))).status).toBe(201);
    let writing = true;
    const reads: number[] = [];
    const reader = async (client: OciClient) => {
      while (writing) reads.push((await client.get("/v2/tags/manifests/moving")).status);
    };
    const reading = clients.map(reader);
    const writes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => of(n).putManifest("tags", "moving", manifest(n + 1))),
    );
    writing = false;
    await Promise.all(reading);
    expect(writes.filter(({ status }) => status !== 201).map((each) => each.text())).toEqual([]);
    expect(reads.length).toBeGreaterThan(10);
    expect(reads.filter((status) => status !== 200)).toEqual([]);
    const ends = await Promise.all(
      clients.map((client) => client.get("/v2/tags/manifests/moving")),
    );
    expect(new Set(ends.map((end) => end.headers.get("docker-content-digest"))).size).toBe(1);
  });

  it("give an immutable tag to one of 50 writers (22)", async () => {
    await fleet.createRepository("immutable", "IMMUTABLE");
    const shared = config("shared");
    await of(0).pushBlob("immutable", shared);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        of(n).putManifest("immutable", "v1", {
          ...imageManifest(shared),
          annotations: { n: `${n}` },
        }),
      ),
    );
    const statuses = Map.groupBy(answers, ({ status }) => status);
    expect(statuses.get(201)).toHaveLength(1);
    expect([...statuses.keys()].sort()).toEqual([201, 400]);
    const winner = statuses.get(201)![0]!.headers.get("docker-content-digest");
    const held = await of(2).get("/v2/immutable/manifests/v1");
    expect(held.headers.get("docker-content-digest")).toBe(winner);
  });

  it("push one layer at once to many repositories, and store it once", async () => {
    const names = Array.from({ length: 9 }, (_, n) => `same-${n}`);
    for (const name of names) await fleet.createRepository(name);
    const content = randomBytes(3 * MiB);
    await Promise.all(names.map((name, index) => of(index).pushBlob(name, content)));
    for (const [index, name] of names.entries()) {
      const pulled = await of(index + 1).get(`/v2/${name}/blobs/${digestOf(content)}`);
      expect(pulled.body.equals(content)).toBe(true);
    }
    const { problems } = await fleet.check();
    expect(problems).toEqual([]);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
