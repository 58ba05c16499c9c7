import { isOutage, tellConnection } from "./connection.ts";
import { ApiError, errorOf, unreachable } from "./errors.ts";
import { currentKeys, endSession } from "./session.ts";
import { type SignedRequest, sendSigned } from "./signature.ts";

/** Services that speak AWS JSON, and what their operations are called by in `X-Amz-Target`. */
const targets = {
  cloudtrail: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
  ecr: "AmazonEC2ContainerRegistry_V20150921",
  entrepot: "Entrepot_V1",
  events: "AWSEvents",
  kms: "TrentService",
  organizations: "AWSOrganizationsV20161128",
  secretsmanager: "secretsmanager",
} as const;

/** Those that speak AWS Query, and the version of their API. */
const versions = { iam: "2010-05-08", sts: "2011-06-15" } as const;

/** The server does not know the credentials any more. */
const endsSession = /^(UnrecognizedClient|ExpiredToken|InvalidClientTokenId)/;

export type Service = keyof typeof targets | keyof typeof versions;

let chosenRegion = "us-east-1";

export function setRegion(region: string): void {
  chosenRegion = region;
}

export function currentRegion(): string {
  return chosenRegion;
}

/**
 * Asks for an operation of the public API as the one who is signed in.
 * @throws ApiError
 */
export async function call<Output>(
  service: Service,
  operation: string,
  input: object = {},
  signal?: AbortSignal,
): Promise<Output> {
  const request = isQuery(service)
    ? queryRequest(versions[service], operation, input)
    : jsonRequest(targets[service], operation, input);
  const answer = await answered(service, request, signal);
  return (isQuery(service) ? resultOf(answer, operation) : answer) as Output;
}

/**
 * The same of a service that has a path for each operation, where that one takes a POST.
 * @throws ApiError
 */
export async function callPath<Output>(
  service: "inspector2",
  path: string,
  input: object,
  signal?: AbortSignal,
): Promise<Output> {
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", path, headers, body: JSON.stringify(input) };
  return (await answered(service, request, signal)) as Output;
}

/**
 * The same where the path is all that is asked.
 * @throws ApiError
 */
export async function readPath<Output>(
  service: "signer",
  path: string,
  signal?: AbortSignal,
): Promise<Output> {
  return (await answered(service, { method: "GET", path }, signal)) as Output;
}

async function answered(
  service: string,
  request: SignedRequest,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>> {
  try {
    const keys = await currentKeys();
    const scope = { region: chosenRegion, service };
    const response = await sendSigned(keys, scope, request, signal).catch((error: unknown) => {
      if (signal?.aborted === true) throw error;
      throw new ApiError(unreachable, "The server cannot be reached.", 0, "");
    });
    if (!response.ok) throw await errorOf(response);
    tellConnection(false);
    return (await response.json()) as Record<string, unknown>;
  } catch (error) {
    if (isOutage(error)) tellConnection(true);
    if (error instanceof ApiError && endsSession.test(error.code)) endSession();
    throw error;
  }
}

function isQuery(service: Service): service is keyof typeof versions {
  return service in versions;
}

function jsonRequest(prefix: string, operation: string, input: object) {
  return {
    ...{ method: "POST", path: "/", body: JSON.stringify(input) },
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${prefix}.${operation}`,
    },
  };
}

function queryRequest(version: string, operation: string, input: object) {
  const form = new URLSearchParams({ Action: operation, Version: version });
  for (const [name, value] of Object.entries(input)) addMember(form, name, value);
  return {
    ...{ method: "POST", path: "/", body: form.toString() },
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    },
  };
}

/** Items of a list are numbered from 1, and members of a structure stand behind dots. */
function addMember(form: URLSearchParams, name: string, value: unknown): void {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      addMember(form, `${name}.member.${index + 1}`, item);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [member, each] of Object.entries(value)) addMember(form, `${name}.${member}`, each);
  } else {
    form.set(name, String(value));
  }
}

function resultOf(answer: Record<string, unknown>, operation: string): unknown {
  const whole = answer[`${operation}Response`] as Record<string, unknown> | undefined;
  return whole?.[`${operation}Result`] ?? {};
}
