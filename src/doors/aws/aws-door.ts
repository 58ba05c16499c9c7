import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { Environment, Operation, Service } from "../../operations/operation.ts";
import { inStep, type Observer, perform } from "../../operations/perform.ts";
import type { Credentials } from "../../ports/credentials.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import type { FailedLogins } from "../../registry/identity/failed-logins.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { arrivalOf, type EndpointOf } from "./arrival.ts";
import { decodeJson, encodeJson } from "./json-codec.ts";
import {
  type Arrival,
  anonymousCaller,
  beginLogin,
  finishLogin,
  TooManyFailedLogins,
} from "./login.ts";
import {
  decodeQuery,
  encodeQuery,
  encodeQueryError,
  encodeQueryErrorInJson,
  encodeQueryInJson,
  queryVersions,
} from "./query-codec.ts";
import { BodyCut, discardBody, HeldBodies, readBody } from "./read-body.ts";
import { Refusals, type ToWire } from "./refusals.ts";
import { headerOf } from "./request-head.ts";
import { decodeRest, isSigned, type RestMatch, RestRoutes } from "./rest-json.ts";
import { jsonError, queryError, restError, type WireError } from "./wire.ts";

export interface AwsDoorOptions {
  readonly environment: Environment;
  readonly operations: readonly Operation[];
  readonly credentials: Credentials;
  readonly observer: Observer;
  /** The same one as at every other door. */
  readonly failedLogins: FailedLogins;
  readonly heldBodies?: HeldBodies;
  readonly endpointOf?: EndpointOf;
}

interface Door extends AwsDoorOptions {
  /** By `X-Amz-Target`. */
  readonly targets: ReadonlyMap<string, Operation>;
  /** By version and action of AWS Query. */
  readonly actions: ReadonlyMap<string, Operation>;
  /** By method and path. */
  readonly routes: RestRoutes;
  readonly heldBodies: HeldBodies;
}

/** How one protocol of AWS asks and answers. */
interface Protocol {
  readonly contentType: string;
  /** Routes, authenticates, decodes and performs; returns the body of the answer. */
  call(door: Door, arrival: Arrival, request: FastifyRequest): Promise<string>;
  refusal(error: RegistryError): WireError;
  /** What the service calls an error of its own. */
  readonly bug: string;
  encodeError(error: WireError, requestId: string): string;
}

const jsonType = "application/x-amz-json-1.1";
const olderJsonType = "application/x-amz-json-1.0";
const formType = "application/x-www-form-urlencoded";
const jsonPrefixes = new Map<Service, string>([
  ["cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"],
  ["cloudwatch", "GraniteServiceVersion20100801"],
  ["ecr", "AmazonEC2ContainerRegistry_V20150921"],
  ["ecr-public", "SpencerFrontendService"],
  ["entrepot", "Entrepot_V1"],
  ["events", "AWSEvents"],
  ["kms", "TrentService"],
  ["organizations", "AWSOrganizationsV20161128"],
  ["secretsmanager", "secretsmanager"],
  ["ssm", "AmazonSSM"],
]);
/** As SDKs call it that write the service's name alone. */
const shortPrefixes = new Map<Service, string>([["cloudtrail", "CloudTrail_20131101"]]);

function targetKey(prefix: string, name: string): string {
  return `${prefix}.${name}`;
}

/**
 * `POST /`, and `GET /` for presigned calls: AWS JSON 1.1 by `X-Amz-Target`, AWS Query for the
 * services that speak it; REST-JSON on the paths of operations that have one. Bodies are read here and not by Fastify, since they are hashed, bounded by
 * the operation and held to a minimum rate.
 */
export function awsDoor(options: AwsDoorOptions): FastifyPluginCallback {
  const door: Door = {
    ...options,
    targets: new Map([
      ...table(options.operations, jsonPrefixes, targetKey),
      ...table(options.operations, shortPrefixes, targetKey),
    ]),
    actions: table(options.operations, queryVersions, actionKey),
    routes: new RestRoutes(options.operations),
    heldBodies: options.heldBodies ?? new HeldBodies(),
  };
  return (scope: FastifyInstance, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    scope.setErrorHandler((error, request, reply) => {
      // Fastify itself refuses only a content type that is none, before the handler is asked.
      const malformed = (error as { code?: unknown }).code === "FST_ERR_CTP_INVALID_MEDIA_TYPE";
      return refuse(request, reply, json, request.id, malformed ? unknownOperation() : error);
    });
    scope.route({
      method: ["GET", "POST"],
      url: "/",
      exposeHeadRoute: false,
      handler: (request, reply) => answer(door, request, reply, protocolOf(request)),
    });
    scope.route({
      method: ["DELETE", "GET", "PATCH", "POST", "PUT"],
      url: "/*",
      exposeHeadRoute: false,
      handler: (request, reply) => answerOnPath(door, request, reply),
    });
    done();
  };
}

async function answer(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  protocol: Protocol,
) {
  const requestId = request.id;
  try {
    const arrival = arrivalOf(request, door.endpointOf);
    const body = await protocol.call(door, arrival, request);
    return await send(reply, protocol, 200, requestId, body);
  } catch (error) {
    return await refuse(request, reply, protocol, requestId, error);
  }
}

/** What no operation is at and nobody signed is no call of AWS: no door has it. */
async function answerOnPath(door: Door, request: FastifyRequest, reply: FastifyReply) {
  const match = door.routes.find(request.raw);
  if (match === undefined && !isSigned(request.raw)) return reply.callNotFound();
  return answer(door, request, reply, restJson(match));
}

const json: Protocol = {
  contentType: jsonType,
  bug: "ServerException",
  refusal: jsonError,
  encodeError: ({ code, message, details }) => encodeJson({ ...details, __type: code, message }),
  async call(door, arrival, request) {
    const operation = door.targets.get(headerOf(arrival.head, "x-amz-target") ?? "");
    if (operation === undefined || mediaType(request) !== jsonTypeOf(operation)) {
      throw unknownOperation();
    }
    return callSigned(door, arrival, request, operation, jsonError, decodeJson);
  },
};

/** Nothing of the body is read before the login is known, and no call is decoded before it is signed. */
async function callSigned(
  door: Door,
  arrival: Arrival,
  request: FastifyRequest,
  operation: Operation,
  wired: ToWire,
  decode: (body: Buffer) => unknown,
): Promise<string> {
  const isUnsigned = headerOf(arrival.head, "authorization") === undefined;
  if (operation.isAnonymous && isUnsigned) {
    return callUnsigned(door, arrival, request, operation, wired, decode);
  }
  const refused = new Refusals(door.environment, arrival, operation, wired);
  const environment = loginEnvironment(door);
  const signingName = signingNameOf(operation.service);
  const authenticating = () => beginLogin(environment, arrival, signingName);
  const login = await refused.told(() => inStep(door.observer, "authenticate", authenticating));
  const limitBytes = operation.bodyLimitBytes ?? limits.requestBodyBytes;
  const reading = () => readBody(request.raw, door.heldBodies, { limitBytes });
  const body = await refused.told(reading, { login });
  try {
    const finishing = () => finishLogin(environment, arrival, login, body.sha256);
    const caller = await refused.told(finishing, { login });
    const input = await refused.told(async () => decode(body.bytes), { caller });
    return encodeJson(await perform(performEnvironment(door, wired), operation, input, caller));
  } finally {
    door.heldBodies.release(body.bytes.length);
  }
}

/** What is for everybody takes no signature; one that is there is looked at like any other. */
async function callUnsigned(
  door: Door,
  arrival: Arrival,
  request: FastifyRequest,
  operation: Operation,
  wired: ToWire,
  decode: (body: Buffer) => unknown,
): Promise<string> {
  const limitBytes = operation.bodyLimitBytes ?? limits.requestBodyBytes;
  const body = await readBody(request.raw, door.heldBodies, { limitBytes });
  try {
    const caller = anonymousCaller(door.environment.deployment, arrival);
    const input = decode(body.bytes);
    return encodeJson(await perform(performEnvironment(door, wired), operation, input, caller));
  } finally {
    door.heldBodies.release(body.bytes.length);
  }
}

/** Of one request: what it is about stands in its path. */
function restJson(match: RestMatch | undefined): Protocol {
  return {
    contentType: "application/json",
    bug: "InternalServerException",
    refusal: restError,
    // The code is in a header.
    encodeError: ({ message, details }) => encodeJson({ ...details, message }),
    async call(door, arrival, request) {
      if (match === undefined) throw unknownOperation();
      const decode = (body: Buffer) => decodeRest(match, arrival.head.query, body);
      return callSigned(door, arrival, request, match.operation, restError, decode);
    },
  };
}

/** What CloudWatch speaks. */
const olderJson: Protocol = { ...json, contentType: olderJsonType };

function jsonTypeOf({ service }: Operation): string {
  return service === "cloudwatch" ? olderJsonType : jsonType;
}

/** What the credential scope calls the service. */
function signingNameOf(service: Service): string {
  return service === "cloudwatch" ? "monitoring" : service;
}

const query: Protocol = {
  contentType: "text/xml",
  bug: "InternalFailure",
  refusal: queryError,
  encodeError: encodeQueryError,
  call: (door, arrival, request) => callQuery(door, arrival, request, encodeQuery),
};

/** IAM and STS answer in JSON to whoever accepts it. */
const queryInJson: Protocol = {
  ...query,
  contentType: "application/json",
  encodeError: encodeQueryErrorInJson,
  call: (door, arrival, request) => callQuery(door, arrival, request, encodeQueryInJson),
};

async function callQuery(
  door: Door,
  arrival: Arrival,
  request: FastifyRequest,
  encode: typeof encodeQuery,
): Promise<string> {
  const limitBytes = limits.requestBodyBytes;
  const body = await readBody(request.raw, door.heldBodies, { limitBytes });
  try {
    const call = decodeQuery(arrival.head.query, body.bytes);
    const operation = door.actions.get(actionKey(call.version ?? "", call.action ?? ""));
    if (operation === undefined) throw unknownAction(call.version, call.action);
    const refused = new Refusals(door.environment, arrival, operation, queryError);
    const authenticating = () => callerOf(door, arrival, operation, body.sha256);
    const caller = await refused.told(() => inStep(door.observer, "authenticate", authenticating));
    const environment = performEnvironment(door, queryError);
    const output = await perform(environment, operation, call.input, caller);
    return encode(operation, output, arrival.requestId);
  } finally {
    door.heldBodies.release(body.bytes.length);
  }
}

async function callerOf(
  door: Door,
  arrival: Arrival,
  operation: Operation,
  bodySha256: string,
): Promise<Caller> {
  const environment = loginEnvironment(door);
  // Whoever has no credentials yet may send none.
  if (operation.isAnonymous) return anonymousCaller(environment.deployment, arrival);
  const login = await beginLogin(environment, arrival, signingNameOf(operation.service));
  return finishLogin(environment, arrival, login, bodySha256);
}

function protocolOf(request: FastifyRequest): Protocol {
  if (request.headers["x-amz-target"] !== undefined) {
    return mediaType(request) === olderJsonType ? olderJson : json;
  }
  const inUrl = /[?&]Action=/.test(request.raw.url ?? "");
  const isQuery = inUrl || request.method === "GET" || mediaType(request) === formType;
  if (!isQuery) return json;
  return request.headers.accept?.includes("application/json") === true ? queryInJson : query;
}

function mediaType(request: FastifyRequest): string {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  return type.trim().toLowerCase();
}

async function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  protocol: Protocol,
  requestId: string,
  error: unknown,
) {
  if (error instanceof BodyCut) {
    reply.hijack();
    request.raw.destroy();
    return reply;
  }
  const refusal = isRegistryError(error) ? protocol.refusal(error) : bug(protocol, requestId);
  let { status } = refusal;
  if (error instanceof TooManyFailedLogins) {
    status = 429;
    reply.header("retry-after", error.retryAfterSeconds);
  }
  if (status >= 500) request.log.error({ err: error, requestId }, "request failed");
  await discardBody(request.raw);
  if (!request.raw.complete) reply.header("connection", "close");
  reply.header("x-amzn-errortype", refusal.code);
  return send(reply, protocol, status, requestId, protocol.encodeError(refusal, requestId));
}

function send(
  reply: FastifyReply,
  protocol: Protocol,
  status: number,
  requestId: string,
  body: string,
) {
  reply.code(status).header("content-type", protocol.contentType);
  // Bytes, so that no serializer of Fastify's touches them.
  return reply.header("x-amzn-requestid", requestId).send(Buffer.from(body));
}

function bug(protocol: Protocol, requestId: string): WireError {
  const message = `The request failed because of an error inside the server. Request id: ${requestId}`;
  return { status: 500, code: protocol.bug, message, details: {} };
}

function loginEnvironment({ environment, credentials, failedLogins }: Door) {
  const { deployment, ports } = environment;
  return { deployment, clock: ports.clock, credentials, failedLogins };
}

function performEnvironment({ environment, observer }: Door, wired: ToWire) {
  return { ...environment, observer, nameError: (error: RegistryError) => wired(error).code };
}

function table(
  operations: readonly Operation[],
  services: ReadonlyMap<Service, string>,
  keyOf: (service: string, operationName: string) => string,
): Map<string, Operation> {
  const entries = new Map<string, Operation>();
  for (const operation of operations) {
    const service = services.get(operation.service);
    if (service !== undefined) entries.set(keyOf(service, operation.operationName), operation);
  }
  return entries;
}

function actionKey(version: string, action: string): string {
  return `${version} ${action}`;
}

function unknownOperation(): RegistryError {
  return new RegistryError("UnknownOperation", "The requested operation is not recognized.");
}

function unknownAction(version = "NO_VERSION_SPECIFIED", action = ""): RegistryError {
  return new RegistryError(
    "UnknownOperation",
    `Could not find operation ${action} for version ${version}`,
  );
}
