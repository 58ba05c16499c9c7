/**
 * Two processes in network namespaces of their own. When the interface between them goes down no side is
 * told: packets are gone, and connections stay as they are until somebody's patience is over.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeImageReplicationStatusCommand,
  DescribeImagesCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  PutImageCommand,
  PutReplicationConfigurationCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { expect, it, onTestFinished } from "vitest";
import { digestOf, imageManifest } from "../support/ecr.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const here = "us-east-1";
const there = "eu-west-2";
const registryId = "000000000000";
const named = { repositoryName: "team/app" };
const MiB = 1024 * 1024;
const waiting = { timeout: 150_000, interval: 200 };
const key = { accessKeyId: "AKIANAMESPACENAMESPA", secretAccessKey: "namespace/secret/of/tests" };
const port = 5050;

const ip = (...words: string[]) => execFileSync("ip", words, { stdio: "pipe" });

/** Two namespaces, and a pair of interfaces in each: to the other, and one that nobody cuts, to here. */
class Namespaces {
  readonly #name = `e${randomBytes(3).toString("hex")}`;
  readonly #net = 64 + (randomBytes(1)[0]! % 64);

  /** @throws where the machine does not let us */
  constructor() {
    for (const each of [0, 1]) {
      ip("netns", "add", this.namespace(each));
      const [outer, inner] = [`${this.#name}o${each}`, `${this.#name}i${each}`];
      ip("link", "add", outer, "type", "veth", "peer", "name", inner);
      ip("link", "set", inner, "netns", this.namespace(each));
      ip("addr", "add", `10.${this.#net}.${each}.1/24`, "dev", outer);
      ip("link", "set", outer, "up");
      this.#inside(each, "addr", "add", `${this.address(each)}/24`, "dev", inner);
      for (const device of ["lo", inner]) this.#inside(each, "link", "set", device, "up");
    }
    const [one, other] = [`${this.#name}w0`, `${this.#name}w1`];
    ip("link", "add", one, "type", "veth", "peer", "name", other);
    for (const [each, device] of [one, other].entries()) {
      ip("link", "set", device, "netns", this.namespace(each));
      this.#inside(each, "addr", "add", `${this.between(each)}/24`, "dev", device);
      this.#inside(each, "link", "set", device, "up");
    }
  }

  namespace(each: number): string {
    return `${this.#name}${each}`;
  }

  /** As it is reached from here. */
  address(each: number): string {
    return `10.${this.#net}.${each}.2`;
  }

  /** As it is reached from the other one. */
  between(each: number): string {
    return `10.${this.#net}.9.${each + 1}`;
  }

  /** The interface between the two. */
  turn(state: "up" | "down"): void {
    this.#inside(0, "link", "set", `${this.#name}w0`, state);
  }

  remove(): void {
    for (const each of [0, 1]) {
      try {
        ip("netns", "del", this.namespace(each));
      } catch {
        // It was not made.
      }
    }
  }

  #inside(each: number, ...words: string[]): void {
    ip("-n", this.namespace(each), ...words);
  }
}

/** Why there are none here; `undefined` where there are. */
function missing(): string | undefined {
  try {
    new Namespaces().remove();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0] : "it failed";
  }
}

const reason = missing();
if (reason !== undefined) console.log(`no network namespaces here: ${reason}`);

it.skipIf(reason !== undefined)(
  "what goes from one to another while the interface is down, up and down again arrives whole, and once",
  async () => {
    const namespaces = new Namespaces();
    onTestFinished(() => namespaces.remove());
    const directory = await mkdtemp(join(tmpdir(), "entrepot-namespaces-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const begin = (each: number, region: string, settings: Record<string, string> = {}) =>
      startServer({
        dataDirectory: join(directory, region),
        within: ["ip", "netns", "exec", namespaces.namespace(each)],
        settings: {
          ...{ ENTREPOT_REGION: region, ENTREPOT_REGIONS: region, ENTREPOT_HTTPS: "off" },
          ...{ ENTREPOT_HTTP: `0.0.0.0:${port}`, ENTREPOT_PUBLIC_HTTP: "off" },
          // Nobody is there; without one, plain HTTP is not served to other machines.
          ENTREPOT_TRUSTED_PROXY: "192.0.2.1",
          ENTREPOT_ROOT_ACCESS_KEY_ID: key.accessKeyId,
          ENTREPOT_ROOT_SECRET_ACCESS_KEY: key.secretAccessKey,
          ...settings,
        },
      });
    let target: RunningServer = await begin(1, there);
    onTestFinished(() => target.kill());
    const url = `http://${namespaces.between(1)}:${port}`;
    const source = await begin(0, here, { ENTREPOT_PEERS: JSON.stringify({ [there]: url }) });
    onTestFinished(() => source.kill());
    const clientOf = (each: number, region: string) =>
      new ECRClient({
        ...{ region, maxAttempts: 3, credentials: key },
        endpoint: `http://${namespaces.address(each)}:${port}`,
      });
    const [client, peer] = [clientOf(0, here), clientOf(1, there)];
    await client.send(new CreateRepositoryCommand(named));
    const rules = [{ destinations: [{ region: there, registryId }] }];
    const replicationConfiguration = { rules };
    await client.send(new PutReplicationConfigurationCommand({ replicationConfiguration }));

    const pushLayer = async (content: Buffer) => {
      const { uploadId } = await client.send(new InitiateLayerUploadCommand(named));
      const part = { ...named, uploadId, partFirstByte: 0, partLastByte: content.length - 1 };
      await client.send(new UploadLayerPartCommand({ ...part, layerPartBlob: content }));
      const layerDigests = [digestOf(content)];
      await client.send(new CompleteLayerUploadCommand({ ...named, uploadId, layerDigests }));
    };
    const push = async (imageTag: string, bytes: number) => {
      const config = Buffer.from(JSON.stringify({ imageTag }));
      const layer = randomBytes(bytes);
      for (const each of [config, layer]) await pushLayer(each);
      const text = JSON.stringify(imageManifest(config, layer));
      await client.send(new PutImageCommand({ ...named, imageManifest: text, imageTag }));
      return digestOf(text);
    };
    const arrived = async () => {
      try {
        const { imageDetails = [] } = await peer.send(new DescribeImagesCommand(named));
        return Object.fromEntries(imageDetails.map((each) => [each.imageDigest, each.imageTags]));
      } catch {
        return {}; // There is no repository yet.
      }
    };
    const status = async (imageDigest: string) => {
      const input = { ...named, imageId: { imageDigest } };
      const answer = await client.send(new DescribeImageReplicationStatusCommand(input));
      return answer.replicationStatuses?.[0]?.status;
    };

    const first = await push("first", MiB);
    await expect.poll(() => status(first), waiting).toBe("COMPLETE");
    namespaces.turn("down");
    const second = await push("second", 18 * MiB);
    const third = await push("third", MiB);
    // The way is tried, and nobody says that there is none.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const digest of [second, third]) expect(await status(digest)).toBe("IN_PROGRESS");
    expect(await arrived()).toEqual({ [first]: ["first"] });
    namespaces.turn("up");
    // In the middle of the layer, most likely: down again, and the other side dies meanwhile, so that
    // nobody ever ends its connections.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    namespaces.turn("down");
    await target.kill();
    const seen = [first, second, third];
    for (const digest of seen) expect(["IN_PROGRESS", "COMPLETE"]).toContain(await status(digest));
    target = await begin(1, there);
    for (const digest of Object.keys(await arrived())) expect(seen).toContain(digest);
    namespaces.turn("up");
    const all = { [first]: ["first"], [second]: ["second"], [third]: ["third"] };
    await expect.poll(arrived, waiting).toEqual(all);
    for (const digest of seen) await expect.poll(() => status(digest), waiting).toBe("COMPLETE");
  },
  300_000,
);
