import type { ErrorKind } from "../../registry/errors.ts";
import type { Principal } from "../../registry/identity/principal.ts";
import type { Digest } from "../../registry/names.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { approvalComment, approvalRequestId } from "./environment-answer.ts";

/** What a reviewer says: of the digest that was looked at. */
export const decisionInput = request({
  ...{ registryId, repositoryName, requestId: approvalRequestId, imageDigest: storedDigest },
  comment: approvalComment,
});

export const decisionErrors: readonly ErrorKind[] = [
  ...(["AccessDenied", "Conflict", "InvalidParameter"] as const),
  ...(["RepositoryNotFound", "ResourceNotFound"] as const),
];

export function decisionOf(
  input: { readonly requestId: string; readonly imageDigest: Digest; readonly comment: string },
  reviewer: Principal,
) {
  const { requestId, imageDigest: digest, comment } = input;
  return { request: requestId, digest, comment, reviewer };
}
