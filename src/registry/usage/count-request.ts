import type { Caller } from "../identity/principal.ts";
import type { Destination } from "./usage.ts";
import type { RequestKind, UsageTally } from "./usage-tally.ts";

/** A request that has ended, however, and that an operation answered. */
export interface AnsweredCall {
  readonly caller: Caller;
  /** `ecr:BatchGetImage`. */
  readonly operation: string;
  /** Whether it used a download URL that an earlier call had given out. */
  readonly isDownload: boolean;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/**
 * Counts it for its repository, or else for the caller's own account: whose a registry is that a host
 * names is the client's word.
 */
export function countRequest(
  usage: UsageTally,
  { caller, operation, isDownload, receivedBytes, sentBytes }: AnsweredCall,
  destination: Destination,
  at: number,
): void {
  const { subject } = caller;
  const repository = subject?.repository;
  const own = { account: caller.principal.account, region: caller.region };
  usage.ended(
    {
      registry: repository?.registry ?? own,
      repository,
      kind: kinds.get(privateNameOf(operation)) ?? "otherRequests",
      destination,
      sentBytes: sentBytes + (subject?.redirectedBytes ?? 0),
      receivedBytes,
    },
    at,
  );
  const call = isDownload ? undefined : callNames.get(operation);
  if (call !== undefined) usage.called(own, call, at);
}

const publicPrefix = "ecr-public:";

/** What the operation of the public registry is called at private ones. */
function privateNameOf(operation: string): string {
  return operation.startsWith(publicPrefix)
    ? `ecr:${operation.slice(publicPrefix.length)}`
    : operation;
}

/** Operations whose calls are counted one by one. Source: ECR, "Usage metrics". */
export const countedCalls = [
  "GetAuthorizationToken",
  "BatchCheckLayerAvailability",
  "InitiateLayerUpload",
  "UploadLayerPart",
  "CompleteLayerUpload",
  "PutImage",
  "BatchGetImage",
  "GetDownloadUrlForLayer",
] as const;

const callNames: ReadonlyMap<string, string> = new Map(
  countedCalls.map((name) => [`ecr:${name}`, name]),
);

const kinds: ReadonlyMap<string, RequestKind> = new Map([
  ["ecr:BatchGetImage", "manifestReads"],
  ["ecr:PutImage", "manifestWrites"],
  ["ecr:GetDownloadUrlForLayer", "layerReads"],
  ["ecr:BatchCheckLayerAvailability", "layerReads"],
  ["ecr:InitiateLayerUpload", "layerWrites"],
  ["ecr:UploadLayerPart", "layerWrites"],
  ["ecr:CompleteLayerUpload", "layerWrites"],
  ["ecr:ListImages", "lists"],
  ["ecr:ListImageReferrers", "lists"],
  ["ecr:DescribeImages", "lists"],
  ["ecr:DescribeRepositories", "lists"],
  ["ecr:BatchDeleteImage", "deletes"],
  ["ecr:DeleteRepository", "deletes"],
]);
