/**
 * Pushes, pulls, deletes, lifecycle rules, the trash and the reclaimer beside one another, on a clock on which hours go by in a
 * second, so that leases and sessions end all the time (reliability, section 5). For
 * `ENTREPOT_SOAK_SECONDS`; a few by itself.
 */
import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { FilesystemBlobStore } from "../../src/adapters/blobs/filesystem.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import { putLifecycle } from "../../src/registry/lifecycle/put-lifecycle.ts";
import type { LifecycleRun } from "../../src/registry/lifecycle/stored-lifecycle.ts";
import type { AccountId, Region, RepositoryName } from "../../src/registry/names.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { lifecycleRound } from "../../src/workers/lifecycle-job.ts";
import { type Reclaimed, reclaimOnce } from "../../src/workers/reclaim.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { isFleet } from "../support/fleet-settings.ts";
import type { OciClient } from "../support/oci-client.ts";
import { type PushedImage, pullImage, pushImage } from "./served-store.ts";

const seconds = Number(process.env.ENTREPOT_SOAK_SECONDS || 10);
const clients = 6;
const repositories = 4;
const imagesEach = 12;
/** A lease of 24 hours lasts for four seconds, which is long for a push. */
const hoursPerSecond = 6;
const tickMs = 50;

const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };
const expireGone = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: "of what nobody looks at again the newest three",
      selection: {
        ...{ tagStatus: "tagged", tagPatternList: ["gone-*"] },
        ...{ countType: "imageCountMoreThan", countNumber: 3 },
      },
      action: { type: "expire" },
    },
  ],
});

/** One client: its own tags in shared repositories, its layers partly those of others. */
class Soaker {
  readonly #server: DistributionServer;
  readonly #name: string;
  readonly #images: PushedImage[] = [];
  readonly #done = { pushes: 0, pulls: 0, deletes: 0 };
  #next = 0;

  constructor(server: DistributionServer, index: number) {
    this.#server = server;
    this.#name = `client-${index}`;
  }

  get done(): Readonly<{ pushes: number; pulls: number; deletes: number }> {
    return this.#done;
  }

  async step(shared: readonly Buffer[]): Promise<void> {
    const client = this.#server.client(); // A token is good for two seconds here.
    const choice = randomInt(10);
    if (this.#images.length === 0 || (choice < 4 && this.#images.length < imagesEach)) {
      await this.#push(client, shared);
    } else if (choice < 7) await this.#pull(client);
    else await this.#delete(client);
  }

  async finish(): Promise<void> {
    for (const image of this.#images) await pullImage(this.#server.client(), image);
  }

  async #push(client: OciClient, shared: readonly Buffer[]): Promise<void> {
    this.#images.push(await this.#pushOne(client, shared, this.#name));
    // Soon expired, with layers that others need.
    await this.#pushOne(this.#server.client(), shared, "gone");
    this.#done.pushes += 1;
  }

  #pushOne(client: OciClient, shared: readonly Buffer[], prefix: string): Promise<PushedImage> {
    const tag = `${prefix}-${this.#name}-${this.#next++}`;
    const config = Buffer.from(JSON.stringify({ tag, salt: randomInt(1e9) }));
    const layers = [shared[randomInt(shared.length)]!, randomBytes(randomInt(1, 120_000))];
    const repository = `app-${randomInt(repositories)}`;
    return pushImage(client, repository, tag, [config, ...layers]);
  }

  async #pull(client: OciClient): Promise<void> {
    await pullImage(client, this.#images[randomInt(this.#images.length)]!);
    this.#done.pulls += 1;
  }

  async #delete(client: OciClient): Promise<void> {
    const [image] = this.#images.splice(randomInt(this.#images.length), 1);
    const path = `/v2/${image!.repository}/manifests/${image!.digest}`;
    const answer = await client.send("DELETE", path);
    if (answer.status !== 202) throw new Error(`DELETE ${path}: ${answer.status} ${answer.text()}`);
    this.#done.deletes += 1;
  }
}

async function openDirectory(): Promise<BlobStore> {
  const root = await mkdtemp(join(tmpdir(), "entrepot-soak-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const onFatal = (error: unknown) => {
    throw error; // Unhandled: the test run fails.
  };
  return FilesystemBlobStore.open({ root, onFatal });
}

it(
  `runs for ${seconds} s without an error that a client sees, and counts right at the end`,
  async () => {
    const server = await startDistribution({}, isFleet ? undefined : await openDirectory());
    const { ports, clock } = server.opened;
    for (let index = 0; index < repositories; index++)
      await server.createRepository(`app-${index}`);
    const shared = Array.from({ length: 5 }, (_, index) => randomBytes(40_000 * (index + 1)));
    const soakers = Array.from({ length: clients }, (_, index) => new Soaker(server, index));
    const ticking = setInterval(() => clock.advance(hoursPerSecond * 3600 * tickMs), tickMs);
    for (let index = 0; index < repositories; index++) {
      await putLifecycle(ports, registry, `app-${index}` as RepositoryName, { policy: expireGone });
    }
    let running = true;
    let expired = 0;
    const lifecycle = {
      trashMs: 24 * 3600 * 1000, // Four seconds.
      ran: (run: LifecycleRun) => {
        expired += run.expired;
      },
      failed: (error: unknown) => {
        throw error;
      },
    };
    const reclaimed: Reclaimed[] = [];
    const collecting = (async () => {
      while (running) {
        await lifecycleRound(ports, lifecycle);
        reclaimed.push(await reclaimOnce(ports));
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    })();
    const until = performance.now() + seconds * 1000;
    try {
      await Promise.all(
        soakers.map(async (soaker) => {
          while (performance.now() < until) await soaker.step(shared);
        }),
      );
    } finally {
      running = false;
      clearInterval(ticking);
      await collecting;
    }
    for (const soaker of soakers) await soaker.finish();
    clock.advance(48 * 3600 * 1000);
    for (;;) {
      const last = await reclaimOnce(ports); // One run sees to so many and no more.
      reclaimed.push(last);
      if (last.images + last.layers + last.objects === 0) break;
    }
    for (const soaker of soakers) await soaker.finish();
    const { problems } = await checkStore(ports, { repair: false });
    expect(problems).toEqual([]);
    expect(expired).toBeGreaterThan(0);
    const purged = reclaimed.reduce((sum, { images }) => sum + images, 0);
    expect(purged).toBe(expired);
    const done = soakers.map((soaker) => soaker.done);
    const sum = (name: "pushes" | "pulls" | "deletes") =>
      done.reduce((total, each) => total + each[name], 0);
    console.log(
      `${sum("pushes")} pushes, ${sum("pulls")} pulls, ${sum("deletes")} deletes, ` +
        `${reclaimed.reduce((total, each) => total + each.objects, 0)} objects reclaimed`,
    );
    for (const name of ["pushes", "pulls", "deletes"] as const)
      expect(sum(name)).toBeGreaterThan(5);
    expect(reclaimed.some(({ layers, objects }) => layers > 0 && objects > 0)).toBe(true);
    expect(server.logged).toEqual([]);
    await server.close();
  },
  (seconds + 120) * 1000,
);
