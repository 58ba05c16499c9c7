import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Service } from "../../operations/operation.ts";
import { Sha256 } from "../../registry/sha256.ts";
import type { ClientKey } from "./client.ts";
import { queryForm } from "./query-form.ts";

/** What is asked of a service: `ListUsers` of IAM, with the members of its input. */
export interface ServiceCall {
  readonly service: Service;
  readonly operationName: string;
  readonly input: object;
}

/** The call as `POST /` takes it. */
export interface SignedCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Of the services that speak AWS JSON 1.1: what `X-Amz-Target` begins with. */
const jsonTargets: Partial<Record<Service, string>> = {
  cloudtrail: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
  ecr: "AmazonEC2ContainerRegistry_V20150921",
  "ecr-public": "SpencerFrontendService",
  entrepot: "Entrepot_V1",
  events: "AWSEvents",
  kms: "TrentService",
  organizations: "AWSOrganizationsV20161128",
  secretsmanager: "secretsmanager",
  ssm: "AmazonSSM",
};

/** Of the services that speak AWS Query: the version of their API. They are asked for JSON. */
const queryVersions: Partial<Record<Service, string>> = { iam: "2010-05-08", sts: "2011-06-15" };

/** Signed with the key, whichever protocol the service speaks; the answer is JSON in both. */
export async function signedCall(
  endpointUrl: string,
  region: string,
  call: ServiceCall,
  key: ClientKey,
  now: number,
): Promise<SignedCall> {
  const { headers: own, body } = messageOf(call);
  const url = new URL(endpointUrl);
  const request = new HttpRequest({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: "/",
    headers: { host: url.host, ...own },
    body,
  });
  const signer = signerOf(call.service, region, key);
  const { headers } = await signer.sign(request, { signingDate: new Date(now) });
  return { method: "POST", headers, body };
}

/** The headers of a signed `GET` of that path of the server. */
export async function signedGet(
  endpointUrl: string,
  region: string,
  { path, query }: { readonly path: string; readonly query: Readonly<Record<string, string>> },
  key: ClientKey,
  now: number,
): Promise<Readonly<Record<string, string>>> {
  const url = new URL(endpointUrl);
  const { protocol, hostname, host } = url;
  const headers = { host };
  const request = new HttpRequest({ method: "GET", protocol, hostname, path, query, headers });
  const signer = signerOf("entrepot", region, key);
  return (await signer.sign(request, { signingDate: new Date(now) })).headers;
}

function signerOf(service: Service, region: string, key: ClientKey): SignatureV4 {
  const { accessKeyId, secretAccessKey, sessionToken } = key;
  const credentials = {
    ...{ accessKeyId, secretAccessKey },
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  return new SignatureV4({ service, region, credentials, sha256: Sha256 });
}

function messageOf({ service, operationName, input }: ServiceCall) {
  const version = queryVersions[service];
  if (version === undefined) {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${jsonTargets[service]}.${operationName}`,
    };
    return { headers, body: JSON.stringify(input) };
  }
  const headers = {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    accept: "application/json",
  };
  return { headers, body: queryForm({ Action: operationName, Version: version, ...input }) };
}
