import type { Clock } from "../../ports/clock.ts";
import type { AccessKey, Credentials } from "../../ports/credentials.ts";
import { type Deployment, registryHost, registryOfHost } from "../../registry/deployment.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import type { FailedLogins } from "../../registry/identity/failed-logins.ts";
import { anonymousPrincipal, type Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { PrivateEndpoint } from "../../registry/private-endpoint.ts";
import { newSubject } from "../../registry/usage/request-subject.ts";
import { headerOf, type RequestHead } from "./request-head.ts";
import {
  checkClaim,
  checkSignature,
  keyOf,
  readSignature,
  type SignatureClaim,
} from "./signature.ts";

export interface LoginEnvironment {
  readonly clock: Clock;
  readonly deployment: Deployment;
  readonly credentials: Credentials;
  readonly failedLogins: FailedLogins;
}

/** A request and the connection that it came over. */
export interface Arrival {
  readonly head: RequestHead;
  readonly requestId: string;
  readonly scheme: string;
  readonly sourceIp: string;
  readonly endpoint: PrivateEndpoint | undefined;
}

/** A login whose signature is still to be compared: that needs the body. */
export interface PendingLogin {
  readonly claim: SignatureClaim;
  readonly key: AccessKey;
}

/** An address failed too often within a minute. Unlike ECR's own throttling it is a 429 (spec, §4). */
export class TooManyFailedLogins extends RegistryError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super("Throttling", "Rate exceeded");
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** These answer at one global endpoint too, and everybody signs for that one with this region. */
const globalServices: ReadonlySet<string> = new Set([
  ...["ecr-public", "iam", "organizations", "sts"],
]);
const globalRegion = "us-east-1";

/**
 * Everything that can be refused before the body is read, so that nobody without a key id makes this
 * server take in a large body.
 * @throws TooManyFailedLogins, and RegistryError as `verifySignature` does
 */
export async function beginLogin(
  environment: LoginEnvironment,
  arrival: Arrival,
  service: string,
): Promise<PendingLogin> {
  const claim = readSignature(arrival.head);
  requireAllowance(environment, arrival, claim);
  const regions = regionsFor(environment.deployment, hostOf(arrival), service);
  checkClaim(claim, { clock: environment.clock, service, regions });
  const key = await counted(environment, arrival, claim, () =>
    keyOf(claim, environment.credentials, environment.clock),
  );
  return { claim, key };
}

/**
 * Compares the signature, now that the body is there, and says who called.
 * @throws TooManyFailedLogins; RegistryError InvalidSignature
 */
export async function finishLogin(
  environment: LoginEnvironment,
  arrival: Arrival,
  login: PendingLogin,
  bodySha256: string,
): Promise<Caller> {
  const { claim, key } = login;
  // Asked again: many guesses may have waited for their bodies at once.
  requireAllowance(environment, arrival, claim);
  await counted(environment, arrival, claim, () =>
    checkSignature(arrival.head, bodySha256, claim, key),
  );
  environment.failedLogins.succeeded(arrival.sourceIp, claim.accessKeyId);
  await environment.credentials.used?.(key.principal, claim.scope);
  return callerOf(environment.deployment, arrival, login);
}

/** Who calls an operation that is for callers without credentials. */
export function anonymousCaller(deployment: Deployment, arrival: Arrival): Caller {
  const host = hostOf(arrival);
  const named = registryNamedBy(deployment, host);
  return {
    principal: anonymousPrincipal(deployment.account),
    region: named?.region ?? deployment.region,
    account: named?.account ?? deployment.account,
    requestId: arrival.requestId,
    sourceIp: arrival.sourceIp,
    endpoint: arrival.endpoint,
    userAgent: headerOf(arrival.head, "user-agent") ?? "",
    origin: `${arrival.scheme}://${host}`,
    subject: newSubject(),
  };
}

/** The access key that a request names, for whoever tells of its refusal. */
export function claimedKeyId({ head }: Arrival): string | undefined {
  try {
    const { accessKeyId } = readSignature(head);
    return /^\w{4,128}$/.test(accessKeyId) ? accessKeyId : undefined;
  } catch {
    return undefined; // It names none.
  }
}

function requireAllowance(
  { failedLogins }: LoginEnvironment,
  { sourceIp }: Arrival,
  { accessKeyId }: SignatureClaim,
): void {
  if (failedLogins.allow(sourceIp, accessKeyId)) return;
  throw new TooManyFailedLogins(failedLogins.retryAfterSeconds(sourceIp, accessKeyId));
}

/** Only a wrong key or a wrong signature is a guess; a clock that is off, say, is none. */
async function counted<Result>(
  { failedLogins }: LoginEnvironment,
  { sourceIp }: Arrival,
  { accessKeyId }: SignatureClaim,
  check: () => Promise<Result>,
): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    if (isRegistryError(error)) failedLogins.record(sourceIp, accessKeyId);
    throw error;
  }
}

function callerOf(deployment: Deployment, arrival: Arrival, { claim, key }: PendingLogin): Caller {
  const host = hostOf(arrival);
  const served = deployment.regions.find((region) => region === claim.scope.region);
  return {
    principal: key.principal,
    region: served ?? deployment.region,
    account: registryNamedBy(deployment, host)?.account ?? key.principal.account,
    requestId: arrival.requestId,
    sourceIp: arrival.sourceIp,
    endpoint: arrival.endpoint,
    userAgent: headerOf(arrival.head, "user-agent") ?? "",
    origin: `${arrival.scheme}://${host}`,
    subject: newSubject(),
  };
}

function regionsFor(deployment: Deployment, host: string, service: string): readonly string[] {
  if (globalServices.has(service)) return [...deployment.regions, globalRegion];
  if (registryOfHost(deployment, host) === undefined) return []; // Its region is not served here.
  const named = registryNamedBy(deployment, host);
  return named === undefined ? deployment.regions : [named.region];
}

/** The registry that the host names itself; `undefined` where it only falls to the default one. */
function registryNamedBy(deployment: Deployment, host: string): Registry | undefined {
  const registry = registryOfHost(deployment, host);
  if (registry === undefined) return undefined;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return registryHost(deployment, registry) === name ? registry : undefined;
}

function hostOf({ head }: Arrival): string {
  return headerOf(head, "host") ?? "";
}
