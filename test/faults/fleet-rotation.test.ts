/** The master key of replicas on one PostgreSQL is rotated while they serve. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RotateResult } from "../../src/doors/cli/rotate.ts";
import { ecrClient, loginPassword } from "../interop/registry.ts";
import { runCommand } from "../support/cli.ts";
import { OciClient } from "../support/oci-client.ts";
import { postgresMissing } from "../support/postgres.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { sharedPostgres } from "../support/shared-postgres.ts";
import { type PushedImage, pullImage, pushImage } from "./served-store.ts";

const missing = postgresMissing();
const newKey = () => randomBytes(32).toString("base64");

let directory: string;
let settings: Record<string, string>;
let replicas: RunningServer[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-fleet-rotation-"));
  replicas = [];
});

afterEach(async () => {
  for (const replica of replicas) await replica.kill();
  await rm(directory, { recursive: true, force: true });
});

async function start(masterKey: string): Promise<RunningServer> {
  const server = await startServer({
    dataDirectory: directory, // For the objects, which both reach there.
    settings: { ...settings, ENTREPOT_MASTER_KEY: masterKey },
  });
  replicas.push(server);
  return server;
}

async function rotate(masterKey: string, ...words: string[]): Promise<RotateResult> {
  const run = await runCommand(["master-key", "rotate", "--json", ...words], {
    ...settings,
    ENTREPOT_MASTER_KEY: masterKey,
    ENTREPOT_DATA: directory,
  });
  expect(run.code, run.out + run.error).toBe(0);
  return JSON.parse(run.out) as RotateResult;
}

/** A user with an access key, and the token that it was given before anything was rotated. */
async function newUser(server: RunningServer): Promise<RunningServer> {
  const { accessKeyId, secretAccessKey, origin } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const iam = new IAMClient({ endpoint: origin, region: "us-east-1", credentials });
  try {
    const UserName = "ci";
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser";
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return {
      ...server,
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    };
  } finally {
    iam.destroy();
  }
}

async function login(as: RunningServer): Promise<string> {
  const ecr = ecrClient(as, "plain HTTP");
  try {
    return `Basic ${Buffer.from(`AWS:${await loginPassword(ecr)}`).toString("base64")}`;
  } finally {
    ecr.destroy();
  }
}

/** Pushes to one replica and pulls from the other, until it is told to stop. */
class Traffic {
  readonly images: PushedImage[] = [];
  readonly failures: string[] = [];
  readonly #authorization: string;
  #origins: readonly string[];
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(servers: readonly RunningServer[], authorization: string) {
    this.#origins = servers.map(({ origin }) => origin);
    this.#authorization = authorization;
    this.#running = this.#run();
  }

  /** Resolves when nothing is under way with any other. */
  async only(...servers: readonly RunningServer[]): Promise<void> {
    this.#origins = servers.map(({ origin }) => origin);
    const rounds = this.images.length + this.failures.length;
    while (this.images.length + this.failures.length < rounds + 2) await pause();
  }

  async end(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const origins = this.#origins;
      const of = (turn: number) =>
        new OciClient(origins[turn % origins.length]!, { authorization: this.#authorization });
      try {
        const image = await pushImage(of(round), "app", `v${round}`, [
          Buffer.from(JSON.stringify({ round })),
          randomBytes(2_000),
        ]);
        await pullImage(of(round + 1), image);
        await pullImage(of(round), this.images[round % (this.images.length || 1)] ?? image);
        this.images.push(image);
      } catch (error) {
        this.failures.push(`round ${round}: ${error}`);
      }
      await pause();
    }
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

describe.skipIf(missing !== undefined)(
  `two replicas on PostgreSQL${missing ? ` (skipped: ${missing})` : ""}`,
  { timeout: 240_000 },
  () => {
    it("lose no push, no pull and no token while their master key is rotated", async () => {
      const postgres = await sharedPostgres();
      settings = {
        ENTREPOT_DATABASE: `${await postgres.createDatabase()}?sslmode=disable`,
        ENTREPOT_ROOT_ACCESS_KEY_ID: "AKIAFLEETFLEETFLEET1",
        ENTREPOT_ROOT_SECRET_ACCESS_KEY: randomBytes(20).toString("hex"),
        ENTREPOT_HTTPS: "off",
      };
      const [oldKey, nextKey] = [newKey(), newKey()];
      const [one, two] = [await start(oldKey), await start(oldKey)];
      const user = await newUser(one);
      const ecr = ecrClient(one, "plain HTTP");
      await ecr.send(new CreateRepositoryCommand({ repositoryName: "app" }));
      ecr.destroy();
      const authorization = await login(user);
      const traffic = new Traffic([one, two], authorization);

      const file = join(directory, "new.key");
      await writeFile(file, nextKey);
      const prepared = await rotate(oldKey, "--new-key-file", file);
      expect(prepared.state).toBe("prepared");

      await traffic.only(two);
      await one.stop();
      const first = await start(nextKey);
      await traffic.only(two, first);
      await traffic.only(first);
      await two.stop();
      const second = await start(nextKey);
      await traffic.only(first, second);

      const finished = await rotate(nextKey, "--finish", "--service-keys");
      expect(finished).toMatchObject({ state: "finished", renewed: 1, unopenable: [] });
      expect(finished.masterKey).toBe(prepared.masterKey);
      await traffic.only(first, second);
      await traffic.end();
      expect(traffic.failures).toEqual([]);
      for (const image of traffic.images) {
        for (const { origin } of [first, second]) {
          await pullImage(new OciClient(origin, { authorization }), image);
        }
      }
      for (const { origin } of [first, second]) {
        await expect(login({ ...user, origin })).resolves.toMatch(/^Basic /);
      }
      await expect(start(oldKey)).rejects.toThrow("The master key is not the one");
    });
  },
);
