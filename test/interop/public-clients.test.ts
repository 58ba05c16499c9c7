/** Public images as people pull them: with each client, signed in or not, by host and by port. */
import {
  CreateRepositoryCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import type { DockerEngine } from "./docker-engine.ts";
import { buildImage, dockerArchive } from "./image.ts";
import {
  openContainerd,
  openDocker,
  openPodman,
  openSkopeo,
  type Puller,
  publicName,
  type Way,
  ways,
} from "./public-pullers.ts";
import { type InteropRegistry, openRegistry, region } from "./registry.ts";
import { succeed } from "./run-program.ts";

let registry: InteropRegistry;
let engine: DockerEngine;
const pullers: Record<string, Puller> = {};
/** Of ECR Public's own kind of token. */
let password: string;
let alias: string;
let digest: string;

beforeAll(async () => {
  registry = await openRegistry();
  const docker = await openDocker(registry);
  engine = docker.engine;
  pullers["Docker Engine"] = docker;
  pullers.containerd = await openContainerd(registry);
  pullers.podman = openPodman(registry);
  pullers.skopeo = openSkopeo(registry);
  const { accessKeyId, secretAccessKey, origin } = registry.server;
  const credentials = { accessKeyId, secretAccessKey };
  const ecr = new ECRPUBLICClient({ region, endpoint: origin, credentials });
  for (const repositoryName of ["team/app", "team/pushed"]) {
    const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    alias = repository?.repositoryUri?.split("/")[1] ?? "";
  }
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const token = Buffer.from(authorizationData?.authorizationToken ?? "", "base64").toString();
  password = token.slice("AWS:".length);
  const tags = ways.flatMap((way) => [way, `${way}-signed-in`]);
  digest = await push("port", "team/app", ...tags);
});
afterAll(async () => {
  for (const puller of Object.values(pullers)) await puller.close();
  await registry?.close();
});

const addresses: Record<Way, () => string> = {
  port: () => new URL(registry.server.publicOrigin).host.replace("127.0.0.1", "localhost"),
  host: () => `${publicName}:${new URL(registry.server.httpsOrigin).port}`,
};
const docker = (...args: string[]) => succeed(engine.client, args, { env: engine.env });

/** One image under each of the tags by Docker, signed in for as long as it takes. */
async function push(way: Way, repository: string, ...tags: string[]): Promise<string> {
  const address = addresses[way]();
  const name = `${address}/${alias}/${repository}`;
  const login = ["login", "-u", "AWS", "--password-stdin", address];
  await succeed(engine.client, login, { env: engine.env, input: password });
  const image = buildImage();
  const input = dockerArchive(image, `${name}:${tags[0]}`);
  await succeed(engine.client, ["load"], { env: engine.env, input });
  let stdout = "";
  for (const tag of tags) {
    await docker("tag", `${name}:${tags[0]}`, `${name}:${tag}`);
    stdout = (await docker("push", `${name}:${tag}`)).stdout;
  }
  await docker("logout", address);
  await docker("rmi", "--force", image.config.digest);
  return /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1] ?? stdout;
}

interface Pull {
  readonly userAgent: string;
  readonly userIdentity: { readonly type: string };
  readonly requestParameters: { readonly imageIds: readonly { readonly imageTag?: string }[] };
}

/** Whose pulls of that tag the trail tells of, by clients that call themselves so. */
async function pullersOf(imageTag: string, userAgent: RegExp): Promise<Set<string>> {
  const { accessKeyId, secretAccessKey, origin } = registry.server;
  const address = { origin, region, authority: "", now: () => Date.now() };
  const credentials = { accessKeyId, secretAccessKey };
  const asked = { what: "BatchGetImage", resource: "repository/team/app", maxResults: 1000 };
  const { records } = await callServer<{ records: readonly Pull[] }>(
    ...([address, credentials, "entrepot:SearchAudit", asked] as const),
  );
  const its = records.filter(({ requestParameters, userAgent: by }) => {
    return requestParameters.imageIds[0]?.imageTag === imageTag && userAgent.test(by);
  });
  return new Set(its.map(({ userIdentity }) => userIdentity.type));
}

describe.each(["Docker Engine", "containerd", "podman", "skopeo"])("%s", (name) => {
  const client = () => pullers[name]!;

  it.each(ways)("pulls from the %s by tag and digest, as nobody and signed in", async (way) => {
    const repository = `${addresses[way]()}/${alias}/team/app`;
    const pull = (end: string, who?: string) => client().pull(way, repository + end, who);
    expect(await pull(`:${way}`)).toBe(digest);
    expect(await pull(`@${digest}`)).toBe(digest);
    expect(await pull(`:${way}-signed-in`, password)).toBe(digest);
    const who = async () => [
      await pullersOf(way, client().userAgent),
      await pullersOf(`${way}-signed-in`, client().userAgent),
    ];
    // Pulls come into the trail some seconds later.
    const expected = [new Set(["Unknown"]), new Set(["Root"])];
    await expect.poll(who, { timeout: 20_000 }).toEqual(expected);
  });

  it.each(ways)(
    "is refused at the %s with a wrong password, and with a private one",
    async (way) => {
      const reference = `${addresses[way]()}/${alias}/team/app:port`;
      for (const wrong of ["wrong", await registry.password()]) {
        expect(await client().refused(way, reference, wrong)).toMatch(
          /401|unauthorized|denied|invalid username/i,
        );
      }
    },
  );

  it("finds nothing private, and is told so as of what is not there", async () => {
    const repository = await registry.createRepository("hidden");
    const reference = `${addresses.port()}/${alias}/${repository}:v1`;
    const hidden = await client().refused("port", reference, password);
    const absent = await client().refused("port", `${reference.slice(0, -3)}-none:v1`, password);
    expect(hidden).toMatch(/does not exist|not found|name unknown/i);
    const plain = (text: string) => text.replaceAll(/time="[^"]*"/g, "").replaceAll("-none", "");
    expect(plain(hidden)).toBe(plain(absent));
  });
});

describe("Docker Engine", () => {
  it.each(ways)("pushes to the %s signed in, and not as nobody", async (way) => {
    const pushed = await push(way, "team/pushed", "v1");
    const name = `${addresses[way]()}/${alias}/team/pushed:v1`;
    expect(await pullers.skopeo!.pull(way, name)).toBe(pushed);
    await docker("pull", name);
    await expect(docker("push", name)).rejects.toThrow(/denied|unauthorized|no basic auth/i);
    await docker("rmi", "--force", name);
  });
});
