import type { IncomingMessage } from "node:http";
import { BoundedCache } from "../../registry/bounded-cache.ts";
import { registryOfHost } from "../../registry/deployment.ts";
import { RegistryError } from "../../registry/errors.ts";
import {
  anonymousPrincipal,
  type Caller,
  type Principal,
} from "../../registry/identity/principal.ts";
import { isRepositoryName, type Registry, type RepositoryName } from "../../registry/names.ts";
import { mirroredName } from "../../registry/pull-through-cache/mirrored-name.ts";
import { newSubject } from "../../registry/usage/request-subject.ts";
import { Authenticator } from "./authenticate.ts";
import type { DistributionDoorOptions } from "./exchange.ts";
import type { Arrival, Front, Place } from "./front.ts";
import type { ParsedPath } from "./parse-path.ts";
import { tellRefusedSignIn } from "./tell-audit.ts";
import { BadRequest, sendChallenge } from "./wire-errors.ts";

const rememberedHosts = 1_000;

/** Private registries: the host names one, and whoever comes in has a token of GetAuthorizationToken. */
export class PrivateFront implements Front {
  readonly #options: DistributionDoorOptions;
  readonly #authenticator: Authenticator;
  /** What a name means never changes while this runs. Of those that mean none nothing is kept. */
  readonly #hosts = new BoundedCache<string, Registry>(rememberedHosts, () => 1);

  constructor(options: DistributionDoorOptions) {
    this.#options = options;
    this.#authenticator = new Authenticator({ ...options, ports: options.environment.ports });
  }

  /** Who asks, before anything that was asked is looked at. */
  async callerOf({ request, connection, host, origin, requestId }: Arrival): Promise<Caller> {
    const { deployment } = this.#options.environment;
    const registry = this.#registryOf(host);
    const { account, region } = registry ?? deployment;
    const callerAs = (principal: Principal): Caller => ({
      principal,
      region,
      account,
      requestId,
      sourceIp: connection.address,
      endpoint: connection.endpoint,
      userAgent: request.headers["user-agent"] ?? "",
      origin,
      subject: newSubject(),
    });
    try {
      const principal = await this.#authenticator.authenticate(
        request.headers.authorization,
        registry?.region,
        connection.address,
      );
      if (registry === undefined) throw new RegistryError("UnrecognizedClient", "Not Authorized");
      return callerAs(principal);
    } catch (error) {
      // Who brings no token is told how to get in; that is no sign-in yet.
      if (request.headers.authorization !== undefined) {
        const { environment, nameError } = this.#options;
        const caller = callerAs(anonymousPrincipal(account));
        tellRefusedSignIn(environment, caller, "RegistrySignIn", error, nameError);
      }
      throw error;
    }
  }

  #registryOf(host: string): Registry | undefined {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const registry = registryOfHost(this.#options.environment.deployment, host);
    if (registry !== undefined) this.#hosts.set(host, registry);
    return registry;
  }

  async placeOf({ request }: Arrival, caller: Caller, parsed: ParsedPath): Promise<Place> {
    const named = requireName(parsed);
    const registry = { account: caller.account, region: caller.region };
    const { metadata } = this.#options.environment.ports;
    const host = mirroredHost(request);
    const mirrored =
      host === undefined || named === "*"
        ? undefined
        : await mirroredName(metadata, registry, host, named);
    return { caller, registry, name: mirrored ?? named, servedName: named, sourceOf };
  }

  challenge({ response, origin }: Arrival, _parsed: ParsedPath | undefined, message: string): void {
    sendChallenge(response, origin, message);
  }
}

/**
 * The registry that a client asks for here, as the mirror of it that it was told to ask. Source:
 * containerd, "Registry Configuration": the namespace goes along as `ns`.
 */
export function mirroredHost({ method, url = "" }: IncomingMessage): string | undefined {
  const isRead = method === "GET" || method === "HEAD";
  const mark = url.indexOf("?");
  if (!isRead || mark < 0 || !url.includes("ns=", mark)) return undefined;
  return new URLSearchParams(url.slice(mark)).get("ns") ?? undefined;
}

const sourceOf: Place["sourceOf"] = async (name) => name;

/** The repository that the path names; "*" where the endpoint is about every one. */
export function requireName({ shape, name }: ParsedPath): RepositoryName {
  if (shape === "base" || shape === "catalog") return "*" as RepositoryName;
  if (isRepositoryName(name)) return name;
  const message = "The repository's name has a form that no name can have";
  throw new BadRequest([400, "NAME_INVALID"], message);
}
