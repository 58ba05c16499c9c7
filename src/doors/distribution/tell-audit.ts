/**
 * What a registry request leaves in the audit trail: ECR's own traffic is recorded there as the
 * operations of its API that it amounts to. Source: ECR, "Logging Amazon ECR actions with AWS
 * CloudTrail". Differs from ECR: the client's address and program, not "AWS Internal" (ADR-0044).
 */

import type { Environment } from "../../operations/operation.ts";
import type { AuditAction, AuditObject } from "../../registry/audit/audit-entry.ts";
import { resourcesOf } from "../../registry/audit/audit-entry.ts";
import { auditError, type NameError } from "../../registry/audit/audit-error.ts";
import { kindOf } from "../../registry/audit/audit-kinds.ts";
import { auditLimits } from "../../registry/audit/audit-limits.ts";
import { hidden } from "../../registry/audit/hidden.ts";
import { type AuditFacts, RequestAudit } from "../../registry/audit/request-audit.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import {
  isDigest,
  isPublicRegistry,
  isTag,
  type Registry,
  repositoryArn,
} from "../../registry/names.ts";
import type { Exchange } from "./exchange.ts";
import type { ParsedPath, Shape } from "./parse-path.ts";
import { ClientGone } from "./request-body.ts";
import { BadRequest } from "./wire-errors.ts";

type Source = "ecr.amazonaws.com" | "ecr-public.amazonaws.com" | "entrepot";
type Name = readonly [eventName: string, source?: Source];

/** By shape and method; HEAD is like GET where it is not named. */
const names: Readonly<Record<Shape, Readonly<Record<string, Name>>>> = {
  base: { GET: ["RegistrySignIn", "entrepot"] },
  catalog: { GET: ["DescribeRepositories"] },
  manifest: { GET: ["BatchGetImage"], PUT: ["PutImage"], DELETE: ["BatchDeleteImage"] },
  blob: {
    GET: ["GetDownloadUrlForLayer"],
    HEAD: ["BatchCheckLayerAvailability"],
    DELETE: ["DeleteLayer", "entrepot"],
  },
  uploads: { POST: ["InitiateLayerUpload"] },
  upload: {
    PATCH: ["UploadLayerPart"],
    PUT: ["CompleteLayerUpload"],
    GET: ["GetLayerUpload", "entrepot"],
    DELETE: ["CancelLayerUpload", "entrepot"],
  },
  tags: { GET: ["ListImages"] },
  referrers: { GET: ["ListImageReferrers"] },
};

const usual: Name = ["RegistryRequest", "entrepot"];

function nameOf(shape: Shape, method: string, query: URLSearchParams): Name {
  if (shape === "uploads" && query.has("mount")) return ["MountLayer"];
  if (shape === "uploads" && query.has("digest")) return ["CompleteLayerUpload"];
  return names[shape][method] ?? names[shape].GET ?? usual;
}

/** Whose operations they are. */
function sourceOf(registry: Registry): Source {
  return isPublicRegistry(registry) ? "ecr-public.amazonaws.com" : "ecr.amazonaws.com";
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** A request from before it is performed. */
interface Asked {
  readonly environment: Environment;
  readonly caller: Caller;
  readonly registry: Registry;
  readonly parsed: ParsedPath;
  readonly query: URLSearchParams;
  readonly method: string;
}

/** The record of a request that changes something; reads are told of by `tellRead`. */
export function beginRequest(asked: Asked): RequestAudit | undefined {
  const { environment, caller, registry, parsed, query, method } = asked;
  if (isRead(method)) return undefined;
  const [eventName, eventSource = sourceOf(registry)] = nameOf(parsed.shape, method, query);
  const { ports } = environment;
  const trail = { trail: ports.memory.audit, clock: ports.clock };
  const audit = new RequestAudit(trail, caller, { eventSource, eventName, readOnly: false });
  const arn = repositoryArn(registry, parsed.name as Exchange["name"]);
  audit.learn({
    resource: { arn, account: registry.account },
    requestParameters: parametersOf(registry, parsed, query),
    responseElements: null,
  });
  return audit;
}

/** That a push is what its request turned out to be, where that is another thing than it asked. */
export function tellPlainUpload({ audit, query }: Exchange): void {
  if (!query.has("mount")) return;
  audit?.learn({ eventName: query.has("digest") ? "CompleteLayerUpload" : "InitiateLayerUpload" });
}

/** That a manifest came; what is in it is sealed where it is stored, and not told here. */
export function tellManifest(exchange: Exchange, mediaType?: string): void {
  const { audit, registry, name, reference, query } = exchange;
  if (audit === undefined || !audit.isKept) return;
  const parsed = { shape: "manifest", name, reference } as const;
  audit.learn({
    requestParameters: {
      ...parametersOf(registry, parsed, query),
      imageManifest: hidden,
      ...(mediaType === undefined ? {} : { imageManifestMediaType: mediaType }),
    },
  });
}

/** Which image it is to be: before it is, so that the record of the change has the answer. */
export function tellPushed({ audit, registry, name, reference }: Exchange, digest: string): void {
  const imageTag = reference.includes(":") ? {} : { imageTag: reference };
  const image = { ...repositoryOf(registry, name), imageId: { imageDigest: digest, ...imageTag } };
  audit?.learn({ responseElements: { image } });
}

/** Which upload is to begin, likewise. */
export function tellUpload({ audit }: Exchange, uploadId: string): void {
  audit?.learn({ responseElements: { uploadId } });
}

/** How the request ended, whatever it was. */
export function endRequest(
  exchange: Exchange,
  shape: Shape,
  error: unknown,
  nameError: NameError | undefined,
): void {
  const { audit, request } = exchange;
  const facts = error === undefined ? undefined : failure(error, nameError);
  if (audit !== undefined) audit.end(facts);
  else tellRead(exchange, { shape, method: request.method ?? "" }, facts);
}

/** What was to be answered is not. */
function failure(error: unknown, nameError: NameError | undefined): AuditFacts {
  const responseElements = null;
  if (error instanceof ClientGone) {
    const errorMessage = "The client has left";
    return { errorCode: "RequestAborted", errorMessage, responseElements };
  }
  if (!(error instanceof BadRequest)) {
    return { ...auditError(error, nameError), responseElements };
  }
  return { errorCode: error.wire[1], errorMessage: error.message, responseElements };
}

function tellRead(
  exchange: Exchange,
  { shape, method }: { readonly shape: Shape; readonly method: string },
  facts: AuditFacts | undefined,
): void {
  const { caller, registry, name, reference, query, environment } = exchange;
  const [eventName, eventSource = sourceOf(registry)] = nameOf(shape, method, query);
  const kind = kindOf(eventName);
  if (!environment.ports.memory.audit.keeps(kind)) return;
  const parsed = { shape, name, reference };
  const action = (): AuditAction => ({
    ...{ eventSource, eventName, eventType: "AwsApiCall", readOnly: true },
    requestParameters: parametersOf(registry, parsed, query),
    responseElements: null,
    ...resourceOf(exchange),
    ...facts,
  });
  const { ports } = environment;
  if (facts !== undefined) tellAlone(ports, caller, registry, action());
  else tellShared(ports, caller, registry, kind, `${eventName} ${name} ${reference}`, action);
}

function resourceOf({ registry, name }: Exchange): Pick<AuditAction, "resources"> {
  if (name === "*") return {};
  return { resources: resourcesOf(repositoryArn(registry, name), registry.account) };
}

/**
 * Of what succeeded nobody was told the request's id; of what failed the log has it.
 * @param key the same for the same action
 */
function tellShared(
  { memory, clock }: Pick<Environment["ports"], "memory" | "clock">,
  caller: Caller,
  registry: Registry,
  kind: ReturnType<typeof kindOf>,
  key: string,
  action: () => AuditAction,
): void {
  const trail = memory.audit;
  if (caller.principal.account !== registry.account) {
    tellAlone({ memory, clock }, caller, registry, action());
    return;
  }
  const part = { key, json: () => JSON.stringify(action()) };
  trail.share({ kind, registry: trailOf(caller, registry), at: clock.now() }, caller, part);
}

/** The public registry has no trail that anybody could ask for: its records are where its API is. */
function trailOf({ region }: Caller, registry: Registry): Registry {
  return isPublicRegistry(registry) ? { account: registry.account, region } : registry;
}

/** A record with ids of its own: also of a request to another account, of which both keep one. */
function tellAlone(
  { memory, clock }: Pick<Environment["ports"], "memory" | "clock">,
  caller: Caller,
  registry: Registry,
  told: AuditAction,
): void {
  const trail = { trail: memory.audit, clock };
  const audit = new RequestAudit(trail, caller, told);
  const { resources, ...facts } = told;
  const arn = resources?.[0]?.ARN ?? "*";
  audit.end({ ...facts, resource: { arn, account: registry.account } });
}

/** A sign-in that a door did not let in, or a request with a token that is good no more. */
export function tellRefusedSignIn(
  { ports }: Pick<Environment, "ports">,
  caller: Caller,
  eventName: string,
  error: unknown,
  nameError: NameError | undefined,
): void {
  const trail = { trail: ports.memory.audit, clock: ports.clock };
  const asked = { eventSource: "entrepot", eventName, readOnly: true };
  const audit = new RequestAudit(trail, caller, asked);
  audit.end({ kind: "authentication", requestParameters: null, ...failure(error, nameError) });
}

/** One download by a URL that GetDownloadUrlForLayer gave out, or by that of a chart. */
export function tellDownload(
  { ports }: Pick<Environment, "ports">,
  caller: Caller,
  layer: {
    readonly registry: Registry;
    readonly name: Exchange["name"];
    readonly digest: string;
    readonly additionalEventData?: AuditObject;
  },
  outcome: { readonly error: unknown; readonly nameError: NameError | undefined },
): void {
  const { registry, name, digest, additionalEventData = { downloadUrlUsed: true } } = layer;
  const action: AuditAction = {
    ...{ eventSource: sourceOf(registry), eventName: "GetDownloadUrlForLayer" },
    ...{ eventType: "AwsApiCall", readOnly: true },
    requestParameters: { ...repositoryOf(registry, name), layerDigest: digest },
    responseElements: null,
    resources: resourcesOf(repositoryArn(registry, name), registry.account),
    additionalEventData,
    ...(outcome.error === undefined ? {} : failure(outcome.error, outcome.nameError)),
  };
  if (!ports.memory.audit.keeps("data-read")) return;
  if (outcome.error !== undefined) tellAlone(ports, caller, registry, action);
  else tellShared(ports, caller, registry, "data-read", JSON.stringify(action), () => action);
}

function repositoryOf({ account }: Registry, name: string): AuditObject {
  return { registryId: account, ...(name === "*" || name === "" ? {} : { repositoryName: name }) };
}

function parametersOf(
  registry: Registry,
  { shape, name, reference }: ParsedPath,
  query: URLSearchParams,
): AuditObject | null {
  if (shape === "base") return null;
  const repository = repositoryOf(registry, name);
  const told = reference.slice(0, auditLimits.errorCharacters);
  switch (shape) {
    case "manifest":
      return { ...repository, imageIds: [imageId(told)], ...tagsIn(query) };
    case "blob":
      return { ...repository, layerDigest: told };
    case "referrers":
      return { ...repository, subjectId: imageId(told) };
    case "upload":
      return { ...repository, uploadId: told, ...digestIn(query) };
    case "uploads":
      return { ...repository, ...digestIn(query), ...mountIn(query) };
    default:
      return repository;
  }
}

function imageId(reference: string): AuditObject {
  return reference.includes(":") ? { imageDigest: reference } : { imageTag: reference };
}

function tagsIn(query: URLSearchParams): AuditObject {
  const tags = query.getAll("tag").filter(isTag).slice(0, auditLimits.listItems);
  return tags.length === 0 ? {} : { imageTags: tags };
}

function digestIn(query: URLSearchParams): AuditObject {
  const digest = query.get("digest");
  return digest !== null && isDigest(digest) ? { layerDigests: [digest] } : {};
}

function mountIn(query: URLSearchParams): AuditObject {
  const [digest, from] = [query.get("mount"), query.get("from")];
  if (digest === null || !isDigest(digest)) return {};
  const sourceRepositoryName = from?.slice(0, auditLimits.errorCharacters);
  return { mountDigest: digest, ...(sourceRepositoryName && { sourceRepositoryName }) };
}
