import type { IncomingMessage, ServerResponse } from "node:http";
import type { Environment } from "../../operations/operation.ts";
import type { Observer } from "../../operations/perform.ts";
import type { Credentials } from "../../ports/credentials.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { NameError } from "../../registry/audit/audit-error.ts";
import type { RequestAudit } from "../../registry/audit/request-audit.ts";
import { RegistryError } from "../../registry/errors.ts";
import type { FailedLogins } from "../../registry/identity/failed-logins.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import {
  type Digest,
  isDigest,
  isPublicRegistry,
  isTag,
  type Registry,
  type RepositoryName,
  repositoryArn,
  type Tag,
} from "../../registry/names.ts";
import {
  authorize,
  type Resource,
  repositoryAsResource,
  requireAllowed,
} from "../../registry/policy/authorize.ts";
import type { RequestContext } from "../../registry/policy/request-context.ts";
import type { PrivateEndpoint } from "../../registry/private-endpoint.ts";
import type { BodyRate, HeldBytes } from "./request-body.ts";
import { BadRequest } from "./wire-errors.ts";

/** How the client reached this server, as far as a proxy in between can be believed. */
export interface ClientConnection {
  readonly scheme: "http" | "https";
  /** Host and port, as the client named them. */
  readonly host: string | undefined;
  readonly address: string;
  /** By which it came, where that was not an ordinary listener. */
  readonly endpoint?: PrivateEndpoint | undefined;
}

/** What the door needs of a logger; pino's is one. */
export interface DoorLog {
  error(details: object, message: string): void;
}

export interface DistributionDoorOptions {
  readonly environment: Environment;
  readonly credentials: Credentials;
  readonly failedLogins: FailedLogins;
  readonly observer: Observer;
  readonly log: DoorLog;
  /** What the API calls a refusal, which is what the audit trail calls it as well. */
  readonly nameError?: NameError;
  /**
   * Reads forwarding headers where a proxy is trusted. By default only the socket counts. Must not
   * throw, whatever the headers hold.
   */
  readonly connectionOf?: (request: IncomingMessage) => ClientConnection;
  /** By default `limits.bodyBytesPerSecond` over `limits.bodyRateWindowMs`. */
  readonly bodyRate?: BodyRate;
}

/** One authenticated request and the answer to it. */
export interface Exchange {
  readonly environment: Environment;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
  /** The record of it, where it changes something. */
  readonly audit: RequestAudit | undefined;
  /** The store as it is: what is committed through it takes no record of this request along. */
  readonly unrecorded: MetadataStore;
  readonly context: RequestContext;
  /** The registry that the host names. */
  readonly registry: Registry;
  /** The repository; "*" where the endpoint is about all of them. */
  readonly name: RepositoryName;
  /** How the path names it, where that is not its name alone. */
  readonly servedName: string;
  /** The repository of this registry that such a path means, to mount from. */
  sourceOf(servedName: string): Promise<string | undefined>;
  /** Tag, digest or upload id, as sent; "" where the endpoint has none. */
  readonly reference: string;
  /** The path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly bodyRate: BodyRate;
  readonly held: HeldBytes;
  /** What goes on after the answer, and has to end before this server does. */
  readonly afterwards: Promise<unknown>[];
}

/** @throws AccessDenied unless the caller may do this to the exchange's repository */
export async function requireAction(exchange: Exchange, asked: string): Promise<void> {
  const { caller, environment, registry, name } = exchange;
  if (isOpen(registry, asked)) return;
  if (isNobody(exchange)) throw new RegistryError("AccessDenied", "Not Authorized");
  const action = actionIn(registry, asked);
  const resource = resourceOf(registry, name);
  const context = contextOf(exchange, action);
  await requireAllowed(environment.ports, caller.principal, action, resource, context);
}

/** Whether the caller may do this to the repository of that name. */
export async function mayDo(
  exchange: Exchange,
  asked: string,
  name: RepositoryName,
): Promise<boolean> {
  const { caller, environment, registry } = exchange;
  if (isOpen(registry, asked)) return true;
  if (isNobody(exchange)) return false;
  const action = actionIn(registry, asked);
  const resource = resourceOf(registry, name);
  const context = contextOf(exchange, action);
  const { principal } = caller;
  return (await authorize(environment.ports, principal, action, resource, context)).allowed;
}

/** What pulls: the public registry is open to everybody, whatever policies say (ECR 11.3). */
const openActions: ReadonlySet<string> = new Set([
  ...["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:ListImages"],
]);

function isOpen(registry: Registry, action: string): boolean {
  return isPublicRegistry(registry) && openActions.has(action);
}

/** A policy that lets everybody push means everybody who has signed in. */
function isNobody({ caller }: Exchange): boolean {
  return caller.principal.type === "Anonymous";
}

/** The same action where the public registry has it. */
export function actionIn(registry: Registry, action: string): string {
  return isPublicRegistry(registry) ? action.replace(/^ecr:/, "ecr-public:") : action;
}

function resourceOf(registry: Registry, name: RepositoryName | "*"): Resource {
  if (name !== "*") return repositoryAsResource(registry, name);
  return { arn: repositoryArn(registry, name), account: registry.account, registry };
}

/** Actions on an image by its tag carry `ecr:ImageTag` (ADR-0025). */
function contextOf({ context, reference, query }: Exchange, action: string): RequestContext {
  if (!imageActions.has(action)) return context;
  // A push by digest may give tags as parameters; to every other request the parameter means nothing.
  const given = action === "ecr:PutImage" ? query.getAll("tag") : [];
  const tags = isTag(reference) ? [reference] : given;
  return tags.length === 0 ? context : context.forAction(new Map([["ecr:imagetag", tags]]));
}

const imageActions = new Set(["ecr:BatchGetImage", "ecr:PutImage", "ecr:BatchDeleteImage"]);

/** An absolute URL of the exchange's repository. */
export function repositoryUrl(exchange: Exchange, rest: string): string {
  return `${exchange.caller.origin}/v2/${exchange.servedName}${rest}`;
}

const otherAlgorithm = /^(?!sha(?:256|512):)[a-z0-9+._-]{1,32}:/;

/**
 * The digest that the caller means.
 * @throws BadRequest DIGEST_INVALID also for algorithms that Entrepot does not compute; OCI leaves open
 * which those are
 */
export function requireDigest(text: string | null): Digest {
  if (text === null || text === "") {
    throw new BadRequest([400, "DIGEST_INVALID"], "The parameter 'digest' is missing");
  }
  if (isDigest(text)) return text;
  if (otherAlgorithm.test(text)) throw unsupportedAlgorithm();
  throw new BadRequest(
    [400, "DIGEST_INVALID"],
    "The digest is neither 'sha256:' and 64 nor 'sha512:' and 128 hexadecimal digits in lower case",
  );
}

export function unsupportedAlgorithm(): BadRequest {
  return new BadRequest(
    [400, "DIGEST_INVALID"],
    "The digest's algorithm is not supported: this registry takes 'sha256' and 'sha512'",
  );
}

/**
 * What a manifest's reference names: a digest where it holds a colon, which no tag does.
 * @throws BadRequest
 */
export function requireReference(text: string): { tag: Tag } | { digest: Digest } {
  if (text.includes(":")) return { digest: requireDigest(text) };
  return { tag: requireTag(text) };
}

/** @throws BadRequest */
export function requireTag(text: string): Tag {
  if (isTag(text)) return text;
  throw new BadRequest([400, "TAG_INVALID"], "The tag has a form that no tag can have");
}
