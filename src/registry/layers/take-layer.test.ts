import { createHash, randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changedStore } from "../../../test/support/changed-store.ts";
import { account, deployment, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import type { Digest, RepositoryName } from "../names.ts";
import { countQuota } from "../quotas/count-quota.ts";
import { putQuota } from "../quotas/put-quota.ts";
import { findRepository } from "../repositories/find-repository.ts";
import { findLayer, findLayers } from "./find-layer.ts";
import { readLayer } from "./read-layer.ts";
import { takeLayer } from "./take-layer.ts";

const registry = { account, region: deployment.region };
const name = "team/app" as RepositoryName;
const digestOf = (content: Uint8Array) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}` as Digest;

let opened: TestPorts;
let ports: Ports;
let api: TestRegistry;

beforeEach(async () => {
  opened = await testPorts();
  ({ ports } = opened);
  api = new TestRegistry(opened);
  await api.createRepository(name);
});
afterEach(() => api.close());

async function* pieces(content: Uint8Array, each = 1_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += each) {
    yield new Uint8Array(content.subarray(start, start + each));
  }
}

function take(content: Uint8Array, given = ports, where = name) {
  const wanted = { digest: digestOf(content), content: pieces(content), given: true };
  return takeLayer(given, registry, where, wanted);
}

async function read(content: Uint8Array, where = name): Promise<Buffer> {
  const { repository, object } = await findLayer(ports, registry, where, digestOf(content));
  const read: Uint8Array[] = [];
  const all = readLayer(ports, { repository, object }, undefined);
  for await (const piece of all) read.push(Buffer.from(piece));
  return Buffer.concat(read);
}

/** The ports, and how many transactions have been begun through them. */
function counted() {
  const count = { transactions: 0 };
  const transaction: Ports["metadata"]["transaction"] = (work) => {
    count.transactions += 1;
    return ports.metadata.transaction(work);
  };
  return { count, ports: { ...ports, metadata: changedStore(ports.metadata, { transaction }) } };
}

const { wholeLayerBytes: most } = limits;

describe("a layer that the registry gets from somewhere", () => {
  it.each([0, 1, most, most + 1, 3 * most, 2 * limits.frameBytes + 7])(
    "is what was given, with %i bytes",
    async (sizeBytes) => {
      const content = randomBytes(sizeBytes);
      await take(content);
      expect((await read(content)).equals(content)).toBe(true);
    },
  );

  it("takes one transaction and no session when it is small", async () => {
    const { count, ports: watched } = counted();
    await take(randomBytes(most), watched);
    expect(count.transactions).toBe(1);
    await take(randomBytes(most + 1), watched);
    expect(count.transactions).toBeGreaterThan(2); // So they are counted.
  });

  it.each([most, most + 1])(
    "is refused, and leaves nothing, with wrong bytes (%i)",
    async (size) => {
      const digest = digestOf(randomBytes(size));
      const taken = takeLayer(ports, registry, name, {
        ...{ digest, content: pieces(randomBytes(size)), given: true },
        verified: () => expect.unreachable("shown"),
      });
      await expect(taken).rejects.toMatchObject({ kind: "InvalidLayer" });
      expect(await findLayers(ports, registry, name, [digest])).toEqual([]);
    },
  );

  it.each([500, most + 1])(
    "leaves nothing when it breaks off after %i bytes",
    async (sizeBytes) => {
      const content = randomBytes(sizeBytes);
      let isClosed = false;
      async function* broken() {
        try {
          yield* pieces(content);
          throw new Error("cut");
        } finally {
          isClosed = true;
        }
      }
      const wanted = { digest: digestOf(content), content: broken(), given: true };
      await expect(takeLayer(ports, registry, name, wanted)).rejects.toThrow("cut");
      expect(isClosed).toBe(true);
      const repository = await findRepository(ports, registry, name);
      expect(await ports.metadata.uploads.count(repository)).toBe(0);
      expect(await findLayers(ports, registry, name, [digestOf(content)])).toEqual([]);
    },
  );

  it("shows the bytes of a small one before it is stored, and of no other", async () => {
    const small = randomBytes(5_000);
    const seen: Buffer[] = [];
    const shown = (content: Uint8Array) => ({
      ...{ digest: digestOf(content), content: pieces(content), given: true },
      verified: (bytes: Uint8Array) => void seen.push(Buffer.from(bytes)),
    });
    const transaction = () => Promise.reject(new Error("full"));
    const failing = { ...ports, metadata: changedStore(ports.metadata, { transaction }) };
    await expect(takeLayer(failing, registry, name, shown(small))).rejects.toThrow();
    await takeLayer(ports, registry, name, shown(randomBytes(2 * most)));
    expect(seen).toEqual([small]);
  });

  it("stands on the object that another repository has", async () => {
    const other = "team/other" as RepositoryName;
    await api.createRepository(other);
    const content = randomBytes(700);
    await take(content);
    await take(content, ports, other);
    await take(content);
    const [one, two] = await Promise.all(
      [name, other].map((each) => findLayer(ports, registry, each, digestOf(content))),
    );
    expect(two!.object.id).toBe(one!.object.id);
    expect((await read(content, other)).equals(content)).toBe(true);
  });

  it("is taken by several at once", async () => {
    const content = randomBytes(700);
    await Promise.all(Array.from({ length: 5 }, () => take(content)));
    expect((await read(content)).equals(content)).toBe(true);
  });

  it("is refused where a quota has no room for it, unless it is there already", async () => {
    const held = randomBytes(600);
    await take(held);
    const wanted = { prefix: "team", unit: "BYTES", soft: undefined, hard: 1_000 } as const;
    const { quota } = await putQuota(ports, registry, wanted);
    await countQuota(ports, registry, quota.id, new AbortController().signal);
    const content = randomBytes(600);
    await expect(take(content)).rejects.toMatchObject({ kind: "LimitExceeded" });
    expect(await findLayers(ports, registry, name, [digestOf(content)])).toEqual([]);
    await take(held);
  });

  it("I11: is leased anew by who hears of it, where somebody has not just done so", async () => {
    const content = randomBytes(10);
    await take(content);
    const until = async () => (await findLayer(ports, registry, name, digestOf(content))).layer;
    const { leasedUntil } = await until();
    const { count, ports: watched } = counted();
    const look = () => findLayer(watched, registry, name, digestOf(content));
    opened.clock.advance(limits.layerLeaseSlackMs - 1);
    await look();
    expect(count.transactions).toBe(0);
    opened.clock.advance(limits.layerLeaseSlackMs);
    await look();
    expect(count.transactions).toBe(1);
    expect((await until()).leasedUntil).toBeGreaterThan(leasedUntil);
  });
});
