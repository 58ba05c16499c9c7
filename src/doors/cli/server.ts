import type { Readable } from "node:stream";
import { callServer, type ServerAddress } from "./call-server.ts";
import type { Answer, CallName, Input, Item, ListName } from "./calls.ts";
import {
  type Client,
  type ClientKey,
  CommandError,
  configSection,
  defaultProfile,
} from "./client.ts";
import { clientKey } from "./client-key.ts";
import { openEventStream } from "./events/open-event-stream.ts";
import { readSection, readTextFile } from "./ini-file.ts";

export interface ServerOptions {
  /** A profile of AWS clients; else the environment's key, or the profile "entrepot". */
  readonly profile: string | undefined;
  /** Else the profile's, else the one that the settings imply. */
  readonly endpoint: string | undefined;
  /** Likewise. */
  readonly region?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A running server as one principal asks it. */
export class Server {
  readonly #address: ServerAddress;
  readonly #key: ClientKey;
  #identity: Promise<Identity> | undefined;

  constructor(address: ServerAddress, key: ClientKey) {
    this.#address = address;
    this.#key = key;
  }

  get origin(): string {
    return this.#address.origin;
  }

  get region(): string {
    return this.#address.region;
  }

  get accessKeyId(): string {
    return this.#key.accessKeyId;
  }

  /** The same server, asked with another key. */
  withKey(key: ClientKey): Server {
    return new Server(this.#address, key);
  }

  /** The same server, asked in another of its regions. */
  inRegion(region: string): Server {
    return region === this.region ? this : new Server({ ...this.#address, region }, this.#key);
  }

  now(): number {
    return this.#address.now();
  }

  /** @throws Refusal, and CommandError when there is no such server */
  call<Name extends CallName>(
    name: Name,
    input: Input<Name>,
    { withinMs }: { readonly withinMs?: number } = {},
  ): Promise<Answer<Name>> {
    return callServer<Answer<Name>>(this.#address, this.#key, name, input as object, withinMs);
  }

  /**
   * The server's stream of events, as it comes.
   * @param after the last event that was seen; without, what comes from now on
   * @throws Refusal, and CommandError when there is no such server
   */
  openEvents(
    wanted: Readonly<Record<string, string>>,
    after: number | undefined,
    signal: AbortSignal,
  ): Promise<Readable> {
    return openEventStream(this.#address, this.#key, { wanted, after, signal });
  }

  /** Who asks. Everybody may know. */
  identity(): Promise<Identity> {
    this.#identity ??= this.call("sts:GetCallerIdentity", {}).then(
      ({ Account: account = "", Arn: arn = "" }) => ({ account, arn }),
    );
    return this.#identity;
  }

  /** Every item of a list, page after page. */
  async all<Name extends ListName, Member extends keyof Answer<Name>>(
    name: Name,
    member: Member,
    input: Input<Name>,
  ): Promise<Item<Name, Member>[]> {
    const items: Item<Name, Member>[] = [];
    let next: object | undefined = {};
    for (let pages = 0; next !== undefined; pages += 1) {
      if (pages === mostPages) throw new CommandError(`${this.origin} answers ${name} without end`);
      const page: Answer<Name> = await this.call(name, {
        ...(input as object),
        ...next,
      } as Input<Name>);
      items.push(...((page[member] ?? []) as Item<Name, Member>[]));
      next = nextPage(page);
    }
    return items;
  }
}

export interface Identity {
  readonly account: string;
  readonly arn: string;
}

const mostPages = 1_000;

/** What the input needs besides to be answered with the page after this one. */
function nextPage(page: object): object | undefined {
  const { Marker, IsTruncated, NextToken, nextToken } = page as Record<string, unknown>;
  if (String(IsTruncated) === "true" && Marker !== undefined) return { Marker };
  if (NextToken !== undefined) return { NextToken };
  return nextToken === undefined ? undefined : { nextToken };
}

/**
 * The server that the options or the profile name, with the key that AWS clients would use, else the
 * data directory's root.
 * @throws CommandError when there is no URL or no key
 */
export async function openServer(client: Client, options: ServerOptions): Promise<Server> {
  const { profile } = options;
  const address = await serverAddress(client, options);
  const found = await clientKey(client, address, profile);
  if (found !== undefined) return new Server(address, found.key);
  // Whoever names a profile means no other key.
  if (profile !== undefined) throw new CommandError(`the profile "${profile}" holds no access key`);
  const key = await client.rootKey();
  if (key !== undefined) return new Server(address, key);
  throw new CommandError(
    `there is no access key in the environment, in the profile "${defaultProfile}" or in ` +
      `${client.dataDirectory}; name a profile with --profile, or the directory with --data`,
  );
}

/**
 * The same of the server that has the data directory open, with that directory's own key.
 * @throws CommandError when there is no URL or no key
 */
export async function openOwnServer(
  client: Client,
  { endpoint, now }: Pick<ServerOptions, "endpoint" | "now">,
): Promise<Server> {
  const key = await client.rootKey();
  if (key === undefined) {
    throw new CommandError(
      `there is no access key in ${client.dataDirectory} to ask its server with`,
    );
  }
  const authority = await readTextFile(client.authorityFile);
  const origin = originOf(client, endpoint);
  return new Server({ origin, region: client.region, authority, now }, key);
}

/** @throws CommandError when what is named as endpoint is no URL */
export async function serverAddress(
  client: Client,
  { profile = defaultProfile, endpoint, region, now }: ServerOptions,
): Promise<ServerAddress> {
  const config = readSection(await readTextFile(client.awsConfigFile), configSection(profile));
  return {
    origin: originOf(client, endpoint ?? config.get("endpoint_url")),
    region: region ?? config.get("region") ?? client.region,
    authority: await readTextFile(client.authorityFile),
    now,
  };
}

function originOf(client: Client, endpoint: string | undefined): string {
  const wanted = endpoint ?? client.httpUrl ?? client.httpsUrl ?? "";
  const url = URL.parse(wanted);
  if (url === null) throw new CommandError(`"${wanted}" is no URL; name one with --endpoint`, 2);
  return url.origin;
}
