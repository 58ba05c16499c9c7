import { BoundedCache } from "../../registry/bounded-cache.ts";
import { clientNetwork } from "../../registry/client-network.ts";
import { publicHost } from "../../registry/deployment.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import {
  anonymousPrincipal,
  type Caller,
  type Principal,
} from "../../registry/identity/principal.ts";
import { isRepositoryName, publicRegion, type RepositoryName } from "../../registry/names.ts";
import { type AnonymousClaims, openAnonymousToken } from "../../registry/public/anonymous-token.ts";
import { publicLimits } from "../../registry/public/public-limits.ts";
import { publicHomeRegion, publicRegistryOf } from "../../registry/public/public-registry.ts";
import { Allowance, type PullRates } from "../../registry/public/pull-allowance.ts";
import { registryOfAlias } from "../../registry/public/registries.ts";
import { newSubject } from "../../registry/usage/request-subject.ts";
import { Authenticator } from "./authenticate.ts";
import type { DistributionDoorOptions } from "./exchange.ts";
import type { Arrival, Front, Place } from "./front.ts";
import type { ParsedPath } from "./parse-path.ts";
import { tellRefusedSignIn } from "./tell-audit.ts";
import { BadRequest, notAuthorized, sendError } from "./wire-errors.ts";

export interface PublicFrontOptions extends DistributionDoorOptions {
  readonly pullRates: PullRates;
}

const scheme = "bearer ";
/** `AWS:` in base64: what a token of GetAuthorizationToken begins with, and no sealed one does. */
const signedInPrefix = "QVdTO";

/**
 * The public registry of all accounts: a path begins with an alias, and whoever comes in has a bearer
 * token, which nobody has to sign in for. Nothing here knows of private registries: what a path can lead
 * to is a repository in `publicRegion`. Source: ECR 2.7.
 */
export class PublicFront implements Front {
  readonly #options: PublicFrontOptions;
  readonly authenticator: Authenticator;
  readonly #anonymous = new BoundedCache<string, AnonymousClaims>(
    publicLimits.rememberedTokens,
    () => 1,
  );
  readonly #ofAddresses: Allowance;
  readonly #ofPrincipals: Allowance;

  constructor(options: PublicFrontOptions) {
    const { environment, pullRates } = options;
    const { clock } = environment.ports;
    this.#options = options;
    this.authenticator = new Authenticator({ ...options, ports: environment.ports });
    this.#ofAddresses = new Allowance(clock, pullRates.anonymous);
    this.#ofPrincipals = new Allowance(clock, pullRates.signedIn);
  }

  /** Whoever comes in without a token, where none is needed. */
  nobody(arrival: Arrival): Caller {
    return this.#caller(arrival, anonymousPrincipal(this.#options.environment.deployment.account));
  }

  async callerOf(arrival: Arrival): Promise<Caller> {
    const { environment, nameError } = this.#options;
    const nobody = this.nobody(arrival);
    try {
      return this.#caller(arrival, await this.#principalOf(arrival));
    } catch (error) {
      // Who brings no token is told how to get one; that is no sign-in yet.
      if (arrival.request.headers.authorization !== undefined) {
        tellRefusedSignIn(environment, nobody, "RegistrySignIn", error, nameError);
      }
      throw error;
    }
  }

  #caller({ request, connection, origin, requestId }: Arrival, principal: Principal): Caller {
    return {
      ...{ principal, account: principal.account, requestId, origin },
      region: publicHomeRegion(this.#options.environment.deployment),
      sourceIp: connection.address,
      endpoint: connection.endpoint,
      userAgent: request.headers["user-agent"] ?? "",
      subject: newSubject(),
    };
  }

  /** @throws MissingAuthenticationToken, UnrecognizedClient, Throttling */
  async #principalOf({ request, connection }: Arrival): Promise<Principal> {
    const header = request.headers.authorization;
    if (header === undefined) throw new RegistryError("MissingAuthenticationToken", notAuthorized);
    if (header.slice(0, scheme.length).toLowerCase() !== scheme) throw invalidToken();
    const token = header.slice(scheme.length).trim();
    if (!token.startsWith(signedInPrefix)) return this.#anonymousOf(token);
    try {
      const basic = `Basic ${token}`;
      return await this.authenticator.authenticate(basic, publicRegion, connection.address);
    } catch (error) {
      // Differs from ECR, which leaves clients with a token that they can not get rid of: they are
      // challenged, and get a fresh one (ECR 2.7).
      if (!isRegistryError(error, "ExpiredToken")) throw error;
      throw new RegistryError("UnrecognizedClient", error.message);
    }
  }

  #anonymousOf(token: string): Principal {
    const { ports, deployment } = this.#options.environment;
    const claims = this.#anonymous.get(token) ?? openAnonymousToken(ports, token);
    if (claims === undefined) throw invalidToken();
    if (claims.expiresAt <= ports.clock.now()) {
      throw new RegistryError(
        "UnrecognizedClient",
        "Your authorization token has expired. Reauthenticate and try again.",
      );
    }
    this.#anonymous.set(token, claims);
    return anonymousPrincipal(deployment.account);
  }

  async placeOf(arrival: Arrival, caller: Caller, parsed: ParsedPath): Promise<Place> {
    if (parsed.shape === "catalog") {
      throw new BadRequest(
        [404, "UNSUPPORTED"],
        "The public registry has a gallery, and no catalog",
      );
    }
    if (parsed.shape === "base") {
      const name = "*" as RepositoryName;
      const registry = publicRegistryOf(caller.account);
      return { caller, registry, name, servedName: name, sourceOf: async () => undefined };
    }
    const { alias, name } = requirePublicName(parsed.name);
    const { ports } = this.#options.environment;
    const registry = await registryOfAlias(ports, alias);
    if (registry === undefined) throw absent(alias, name);
    if (parsed.shape === "manifest" && arrival.request.method === "GET") this.#admit(caller);
    const { account } = registry;
    const isNobody = caller.principal.type === "Anonymous";
    // An anonymous pull is of the publisher's account, whose trail tells of it.
    const principal = isNobody ? anonymousPrincipal(account) : caller.principal;
    const sourceOf = async (served: string) => {
      const source = partsOf(served);
      const found = source && (await registryOfAlias(ports, source.alias));
      return found?.account === account ? source?.name : undefined;
    };
    const placed = { ...caller, principal, account };
    return { caller: placed, registry, name, servedName: parsed.name, sourceOf };
  }

  /** @throws BadRequest 429 for who has pulled too many images for now */
  #admit({ principal, sourceIp }: Caller): void {
    const seconds =
      principal.type === "Anonymous"
        ? this.#ofAddresses.take(clientNetwork(sourceIp))
        : this.#ofPrincipals.take(principal.arn);
    if (seconds === 0) return;
    const headers = ["Retry-After", String(seconds)];
    throw new BadRequest([429, "TOOMANYREQUESTS"], "Rate exceeded", headers);
  }

  challenge(arrival: Arrival, parsed: ParsedPath | undefined, message: string): void {
    const { response, request, origin, host } = arrival;
    const isRead = request.method === "GET" || request.method === "HEAD";
    const isNamed = parsed !== undefined && partsOf(parsed.name) !== undefined;
    const scope = isNamed ? `repository:${parsed.name}:${isRead ? "pull" : "pull,push"}` : "aws";
    const service = host === "" ? publicHost(this.#options.environment.deployment) : host;
    const challenge = `Bearer realm="${origin}/token/",service="${service}",scope="${scope}"`;
    // What a token that is no good is told by; no token is not yet a refusal (ECR 2.7).
    const code = request.headers.authorization === undefined ? "UNAUTHORIZED" : "DENIED";
    sendError(response, [401, code], message, ["WWW-Authenticate", challenge]);
  }
}

/** Source: ECR 2.7, "Basic on /v2". */
function invalidToken(): RegistryError {
  return new RegistryError("UnrecognizedClient", "Your Authorization Token is invalid.");
}

/** The same for an alias that nobody has as for a repository that is not there. */
function absent(alias: string, name: string): RegistryError {
  return new RegistryError(
    "RepositoryNotFound",
    `The repository with name '${name}' does not exist in the registry with id '${alias}'`,
  );
}

interface Parts {
  readonly alias: string;
  readonly name: RepositoryName;
}

/** `<alias>/<repository>`. */
export function partsOf(served: string): Parts | undefined {
  const slash = served.indexOf("/");
  const [alias, name] = [served.slice(0, Math.max(0, slash)), served.slice(slash + 1)];
  return slash > 0 && isRepositoryName(name) && isRepositoryName(alias)
    ? { alias, name }
    : undefined;
}

function requirePublicName(served: string): Parts {
  const parts = partsOf(served);
  if (parts !== undefined) return parts;
  const message = "The repository's name has a form that no name can have";
  throw new BadRequest([400, "NAME_INVALID"], message);
}
