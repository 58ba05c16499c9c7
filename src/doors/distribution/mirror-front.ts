import { RegistryError } from "../../registry/errors.ts";
import type { Caller, Principal } from "../../registry/identity/principal.ts";
import { principalByArn } from "../../registry/identity/principal-by-arn.ts";
import { limits } from "../../registry/limits.ts";
import { mirroredName } from "../../registry/pull-through-cache/mirrored-name.ts";
import { TimedCache } from "../../registry/timed-cache.ts";
import { newSubject } from "../../registry/usage/request-subject.ts";
import type { DistributionDoorOptions } from "./exchange.ts";
import type { Arrival, Front, Place } from "./front.ts";
import type { ParsedPath } from "./parse-path.ts";
import { mirroredHost, requireName } from "./private-front.ts";
import { sendError } from "./wire-errors.ts";

export interface MirrorFrontOptions extends DistributionDoorOptions {
  /** Whose pulls those of the mirror are: a user or role of the account whose rules count. */
  readonly principalArn: string;
}

/** What Docker means by a mirror: it has none of any other registry, and does not say so. */
const usualHost = "docker.io";

/**
 * A mirror of other registries, for clients that are told to ask it and show it nothing: Docker's
 * `registry-mirrors`, containerd's `hosts.toml`. A path is what a repository is called there. Everything
 * is a pull of one principal, which policies say about what they say about any.
 */
export class MirrorFront implements Front {
  readonly #options: MirrorFrontOptions;
  readonly #principal = new TimedCache<Principal | undefined>(1, limits.identityReadMs);

  constructor(options: MirrorFrontOptions) {
    this.#options = options;
  }

  /** Credentials that come along are the other registry's: they are not looked at. */
  async callerOf({ request, connection, origin, requestId }: Arrival): Promise<Caller> {
    const { environment, principalArn } = this.#options;
    const { ports, organization, deployment } = environment;
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new RegistryError("AccessDenied", "A mirror gives images and takes none");
    }
    const principal = await this.#principal.get(ports.clock, principalArn, () =>
      principalByArn(ports, organization, principalArn),
    );
    if (principal === undefined) {
      throw new RegistryError(
        "AccessDenied",
        `The mirror's principal ${principalArn} is not there`,
      );
    }
    return {
      ...{ principal, account: principal.account, region: deployment.region, requestId, origin },
      sourceIp: connection.address,
      endpoint: connection.endpoint,
      userAgent: request.headers["user-agent"] ?? "",
      subject: newSubject(),
    };
  }

  /** @throws RepositoryNotFound for what no rule makes a cache of */
  async placeOf({ request }: Arrival, caller: Caller, parsed: ParsedPath): Promise<Place> {
    const named = requireName(parsed);
    const registry = { account: caller.account, region: caller.region };
    const common = { caller, registry, servedName: named, sourceOf: async () => undefined };
    if (parsed.shape === "base") return { ...common, name: named };
    const { metadata } = this.#options.environment.ports;
    const host = mirroredHost(request) ?? usualHost;
    const name = named === "*" ? undefined : await mirroredName(metadata, registry, host, named);
    if (name === undefined) {
      throw new RegistryError("RepositoryNotFound", `There is no mirror of '${named}' of ${host}`);
    }
    return { ...common, name };
  }

  /** Nobody is asked to sign in. */
  challenge({ response }: Arrival, _parsed: ParsedPath | undefined, message: string): void {
    sendError(response, [403, "DENIED"], message);
  }
}
