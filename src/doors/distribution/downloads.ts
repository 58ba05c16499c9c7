import type { IncomingMessage, ServerResponse } from "node:http";
import { inStep } from "../../operations/perform.ts";
import { RegistryError } from "../../registry/errors.ts";
import { anonymousPrincipal, type Caller, isStillGood } from "../../registry/identity/principal.ts";
import { type DownloadClaims, openDownloadToken } from "../../registry/layers/download-token.ts";
import { findLayer } from "../../registry/layers/find-layer.ts";
import { repositoryArn } from "../../registry/names.ts";
import { repositoryAsResource, requireAllowed } from "../../registry/policy/authorize.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { newSubject } from "../../registry/usage/request-subject.ts";
import { sendLayer } from "./blobs.ts";
import type { ClientConnection, DistributionDoorOptions } from "./exchange.ts";
import { tellDownload, tellRefusedSignIn } from "./tell-audit.ts";

const prefix = "/layers/";
const action = "ecr:GetDownloadUrlForLayer";

/** One use of a download URL, before it is known whose it is. */
export interface Download {
  readonly options: DistributionDoorOptions;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: ClientConnection;
  readonly origin: string;
  readonly requestId: string;
}

/**
 * GET and HEAD of a URL that GetDownloadUrlForLayer gave out. The token is the whole of it: another
 * method, a query or a foreign token is refused alike. Rights are judged anew (I6).
 * @throws AccessDenied, LayersNotFound, RepositoryNotFound and what reading throws
 */
export async function serveDownload(download: Download): Promise<void> {
  const { options, request } = download;
  const { ports } = options.environment;
  const url = request.url ?? "";
  const plain = (request.method === "GET" || request.method === "HEAD") && !url.includes("?");
  const claims = plain ? openDownloadToken(ports, url.slice(prefix.length)) : undefined;
  if (claims === undefined) throw tellRefused(download);
  const caller = await callerOf(download, claims);
  const resource = repositoryArn(claims.registry, claims.repository.name);
  options.observer.began?.({ operation: action, caller });
  const startedAt = ports.clock.now();
  let error: unknown;
  try {
    await inStep(options.observer, action, () => sendClaimed(download, claims, caller));
  } catch (failure) {
    error = failure;
    throw failure;
  } finally {
    const layer = { ...claims, name: claims.repository.name };
    tellDownload(options.environment, caller, layer, { error, nameError: options.nameError });
    options.observer.performed({ operation: action, caller, resource, startedAt, error });
  }
}

async function sendClaimed(
  { options, request, response }: Download,
  { registry, repository, digest }: DownloadClaims,
  caller: Caller,
): Promise<void> {
  const ports = { ...options.environment.ports, onBehalfOf: caller };
  const environment = { ...options.environment, ports };
  const context = new RequestContext(caller, environment.ports.clock.now());
  const resource = repositoryAsResource(registry, repository.name);
  await requireAllowed(environment.ports, caller.principal, action, resource, context);
  const found = await findLayer(environment.ports, registry, repository.name, digest);
  // A repository made again under the same name is another one.
  if (found.repository.id !== repository.id) throw refused();
  await sendLayer({ environment, request, response }, found);
}

async function callerOf(download: Download, claims: DownloadClaims): Promise<Caller> {
  const { accessKeyId, registry, issuedAt } = claims;
  const { options } = download;
  const key = await options.credentials.find(accessKeyId);
  const now = options.environment.ports.clock.now();
  if (key === undefined || !isStillGood(key.principal, issuedAt, now)) throw tellRefused(download);
  return { principal: key.principal, ...registry, ...from(download) };
}

/** Whoever it was. */
function tellRefused(download: Download): RegistryError {
  const { environment, nameError } = download.options;
  const { account, region } = environment.deployment;
  const caller = { principal: anonymousPrincipal(account), account, region, ...from(download) };
  const error = refused();
  tellRefusedSignIn(environment, caller, "GetDownloadUrlForLayer", error, nameError);
  return error;
}

function from({ request, connection, origin, requestId }: Download) {
  return {
    requestId,
    sourceIp: connection.address,
    endpoint: connection.endpoint,
    userAgent: request.headers["user-agent"] ?? "",
    origin,
    subject: newSubject(),
  };
}

function refused(): RegistryError {
  return new RegistryError("AccessDenied", "The download URL is not valid or has expired");
}
