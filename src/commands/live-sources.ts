/** Registries that images are taken over from: of the composition root, the part of `entrepot import`. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { HttpEgress } from "../adapters/egress/http-egress.ts";
import { ApiClient } from "../adapters/takeover/api-client.ts";
import { awsCredentials } from "../adapters/takeover/aws-credentials.ts";
import { DistributionSource } from "../adapters/takeover/distribution-source.ts";
import { HarborSource } from "../adapters/takeover/harbor-source.ts";
import { QuaySource } from "../adapters/takeover/quay-source.ts";
import type { Config } from "../config.ts";
import { type Client, CommandError } from "../doors/cli/client.ts";
import { dockerConfig } from "../doors/cli/docker-config.ts";
import { Server } from "../doors/cli/server.ts";
import { ServerRegistry } from "../doors/cli/takeover/server-registry.ts";
import { ServerSource } from "../doors/cli/takeover/server-source.ts";
import type { OpenedSource, SourceWish } from "../doors/cli/takeover/takeover.ts";
import type { Clock } from "../ports/clock.ts";
import type { Egress } from "../ports/egress.ts";
import type { Pause } from "../registry/takeover/persevere.ts";
import type { RegistryUrl } from "../registry/takeover/source-url.ts";
import { RegistryClient } from "../registry/upstream/registry-client.ts";

export interface LiveProgram {
  readonly config: Pick<Config, "isEgressListed">;
  readonly client: Client;
  readonly clock: Clock;
}

type Live = Pick<OpenedSource, "source" | "kind" | "place">;

interface Way {
  readonly egress: Egress;
  readonly pause: Pause;
}

/** @param closing gets what is to be closed @throws CommandError, TakeoverFailure */
export async function openLiveSource(
  program: LiveProgram,
  url: RegistryUrl,
  wish: SourceWish,
  pause: Pause,
  closing: (() => unknown)[],
): Promise<Live> {
  const named = await addressesOf(url);
  const { isEgressListed } = program.config;
  // Whoever names a host means it, wherever it is; where it leads on to is for the settings to say.
  const isListed = (address: string) => named.has(address) || isEgressListed(address);
  const egress = new HttpEgress({ isListed });
  closing.push(() => egress.close());
  if (url.kind === "ecr") return ecr(program, url, wish, { egress, pause });
  return withLogin(program, url, wish, { egress, pause });
}

async function addressesOf({ origin, apiOrigin }: RegistryUrl): Promise<ReadonlySet<string>> {
  const hosts = [origin, apiOrigin ?? origin].map((each) => new URL(each).hostname);
  const found = await Promise.all(
    hosts.map(async (each) => {
      const host = each.replace(/^\[|\]$/g, "");
      if (isIP(host) !== 0) return [host];
      // What has no address is told when it is asked.
      const addresses = await lookup(host, { all: true }).catch(() => []);
      return addresses.map(({ address }) => address);
    }),
  );
  return new Set(found.flat());
}

async function withLogin(
  { client: own, clock }: LiveProgram,
  { kind, origin, path }: RegistryUrl,
  wish: SourceWish,
  { egress, pause }: Way,
): Promise<Live> {
  const basic = await loginOf(own, origin, wish);
  const access = { origin, basic, realms: wish.tokenRealms, listing: "--token-realm" };
  const client = new RegistryClient(egress, access, clock);
  const place = { origin, path, basic };
  if (kind === "registry") {
    return { source: new DistributionSource(client, path, pause), kind: "Registry", place };
  }
  if (kind === "harbor") {
    const authorization = basic && `Basic ${basic}`;
    const api = new ApiClient(egress, { origin, authorization }, clock, pause);
    return { source: new HarborSource(api, client, path), kind: "Harbor", place };
  }
  if (path === "") throw new CommandError("Quay is asked by namespace: quay://host/namespace", 2);
  // Quay takes a token of OAuth where others take a password. Source: Quay, "$oauthtoken".
  const isToken = wish.username === "$oauthtoken";
  const authorization = isToken ? `Bearer ${wish.password}` : undefined;
  const api = new ApiClient(egress, { origin, authorization }, clock, pause);
  return { source: new QuaySource(api, client, path), kind: "Quay", place };
}

async function loginOf(
  client: Client,
  origin: string,
  { username, password }: SourceWish,
): Promise<string | undefined> {
  if (username !== undefined) return Buffer.from(`${username}:${password}`).toString("base64");
  const { host } = new URL(origin);
  return (await dockerConfig(client.dockerConfigDirectory, host)).auth;
}

async function ecr(
  { clock }: LiveProgram,
  { origin, apiOrigin = origin, region = "", account }: RegistryUrl,
  { profile }: SourceWish,
  { egress, pause }: Way,
): Promise<Live> {
  const now = () => clock.now();
  const credentials = awsCredentials(profile);
  const address = { origin: apiOrigin, region, authority: "", now };
  // Keys of roles end: each call is signed by the one that holds then.
  const server = new Server(address, await credentials());
  const fresh = async () => server.withKey(await credentials());
  const token = async () => {
    const { authorizationData } = await (await fresh()).call("ecr:GetAuthorizationToken", {});
    return authorizationData?.[0]?.authorizationToken ?? "";
  };
  const registry = new ServerRegistry(egress, { origin, authorities: [], token, now });
  return { source: new ServerSource({ server: fresh, registry, pause, account }), kind: "ECR" };
}
