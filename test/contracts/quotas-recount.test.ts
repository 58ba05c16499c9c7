/** What quotas count, after anything that clients may do at once, on every database. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../src/registry/digest.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import { deleteImage } from "../../src/registry/images/delete-image.ts";
import { countQuota } from "../../src/registry/quotas/count-quota.ts";
import { deleteQuota } from "../../src/registry/quotas/put-quota.ts";
import { recountQuota } from "../../src/registry/quotas/recount-quota.ts";
import { deleteRepository } from "../../src/registry/repositories/delete-repository.ts";
import { forGood } from "../support/store.ts";
import { metadataStores, registry, repositoryName } from "./metadata-stores.ts";
import { config, manifestOf, never, outcomes, Pusher } from "./pusher.ts";

describe.each(metadataStores)("quotas on $name", ({ name, open }) => {
  const pusher = async () => new Pusher((await open()).store);

  it("equal a recount after whatever was done", async () => {
    const step = fc.record({
      kind: fc.constantFrom(
        "push",
        "push",
        "push",
        "layer",
        "delete",
        "make",
        "drop",
        "quota",
        "end",
      ),
      at: fc.nat(3),
      n: fc.nat(9),
    });
    const run = async (steps: readonly (readonly { kind: string; at: number; n: number }[])[]) => {
      const client = await pusher();
      for (const together of steps) {
        await outcomes(together.map((each) => doStep(client, each)));
        await countAll(client);
        await client.expectCounted();
        for (const quota of await client.ports.metadata.quotas.list(registry, { limit: 100 })) {
          expect(await recountQuota(client.ports, quota, { repair: false })).toBeUndefined();
        }
      }
    };
    const together = fc.array(step, { minLength: 1, maxLength: 5 });
    const steps = fc.array(together, { minLength: 3, maxLength: 5 });
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: name === "SQLite" ? 10 : 3 });
  }, 120_000);
});

const prefixes = ["", "a", "a/b", "a/b/c"];

/** One thing that a client does; what is not there is no error here. */
async function doStep(
  client: Pusher,
  { kind, at, n }: { kind: string; at: number; n: number },
): Promise<void> {
  const { ports } = client;
  const name = repositoryName(["a", "a/b", "a/b/c", "ab"][at]!.padStart(2, "a"));
  const place = { prefix: prefixes[at]!, unit: n % 2 === 0 ? "IMAGES" : "BYTES" } as const;
  const does: Record<string, () => Promise<unknown>> = {
    push: async () => {
      await client.layer(name, config);
      await client.image(name, n);
    },
    layer: () => client.layer(name, Buffer.alloc(100 * n + 1, String(n))),
    delete: () => deleteImage(ports, registry, name, { digest: digestOf(manifestOf(n)) }, forGood),
    make: () => client.empty(name),
    drop: () => deleteRepository(ports, registry, name, { force: true, ...forGood }),
    quota: () => client.put({ ...place, hard: place.unit === "IMAGES" ? n : 400 * n }),
    end: () => deleteQuota(ports, registry, place),
  };
  try {
    await does[kind]!();
  } catch (error) {
    const absent = ["RepositoryNotFound", "RepositoryAlreadyExists", "ImageNotFound"];
    const ended = ["ResourceNotFound", "LayersNotFound", "UploadNotFound"];
    if (!isRegistryError(error) || ![...absent, ...ended].includes(error.kind)) throw error;
  }
}

async function countAll(client: Pusher): Promise<void> {
  for (const { id } of await client.ports.metadata.quotas.list(registry, { limit: 100 })) {
    await countQuota(client.ports, registry, id, never);
  }
}
