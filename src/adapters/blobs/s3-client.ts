import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";

export interface S3ClientOptions {
  readonly endpoint?: string;
  readonly region?: string;
  /** Whether the bucket is in the path instead of the host's name; as a rule wherever an endpoint is given. */
  readonly forcePathStyle?: boolean;
  /** How often one request is tried in all. */
  readonly attempts?: number;
  /** How long nothing may move on a connection. */
  readonly idleMs?: number;
}

export interface S3ClientKind {
  readonly connections: number;
  /** How many times as long as usual an answer may take. */
  readonly patience: number;
}

const defaultAttempts = 4;
const connectMs = 5_000;
const defaultIdleMs = 30_000;
/** A request that moves, but too slowly, ends after so many times the idle time. */
const slowestInIdles = 4;

/** A client with connections of its own; credentials come from the SDK's usual sources. */
export function s3Client(
  options: S3ClientOptions,
  { connections, patience }: S3ClientKind,
): S3Client {
  const agent = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
  const idleMs = (options.idleMs ?? defaultIdleMs) * patience;
  return new S3Client({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.region === undefined ? {} : { region: options.region }),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    retryMode: "standard",
    maxAttempts: options.attempts ?? defaultAttempts,
    requestHandler: {
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      connectionTimeout: connectMs,
      socketTimeout: idleMs,
      requestTimeout: idleMs * slowestInIdles,
      throwOnRequestTimeout: true,
    },
    // Bodies are covered by the signature, and what is read by the seal of every frame: checksums
    // on top would cost time, and some stores refuse the headers that they come in.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false, // It would open a connection for every part, and wait for an answer.
  });
}
