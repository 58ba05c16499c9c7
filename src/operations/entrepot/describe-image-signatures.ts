import { registryOf } from "../../registry/identity/principal.ts";
import { describeSignatures } from "../../registry/signing/trusted-signers.ts";
import type { ImageSignature } from "../../registry/signing/verify/image-signatures.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

/** A signature as it is told of. Times are epoch seconds, and as the signer says. */
interface SignatureAnswer {
  /** Of the manifest that it is in. */
  readonly signatureDigest: string;
  readonly signatureTag?: string;
  /** Of an index that lists the image, where that was signed. */
  readonly indexDigest?: string;
  readonly format: ImageSignature["format"];
  /** Of a statement that says something else than that the image is signed. */
  readonly predicateType?: string;
  /** Nobody has verified it where it is not trusted. */
  readonly certificateSubject?: string;
  readonly signedAt?: number;
  readonly expiresAt?: number;
  readonly trusted: boolean;
  /** The name of the trusted signer. */
  readonly signer?: string;
  /** SHA-256 of its public key, or of its certificate. */
  readonly signerFingerprint?: string;
  /** Of other names under which the same is trusted. */
  readonly otherSigners?: readonly string[];
  readonly trustedUntil?: number;
  /** Why it is not trusted. */
  readonly reason?: string;
}

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly signatures: readonly SignatureAnswer[];
  /** False where there are more manifests than are looked at. */
  readonly isComplete: boolean;
}

/**
 * The signatures of an image, and of the indexes that list it: each with the trusted signer that made it,
 * or why it does not count. For whoever may pull the image.
 */
export const describeImageSignatures = operation("entrepot:DescribeImageSignatures", {
  input: request({ registryId, repositoryName, imageId: imageIdentifier }),
  resource: repositoryResource,
  action: "ecr:BatchGetImage",
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: ["ImageArchived", "ImageNotFound", "InvalidParameter", "Kms", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const found = await describeSignatures(ports, registry, name, namedImage(input.imageId));
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: found.digest },
      signatures: found.signatures.map((each) => signatureAnswer(each, found.digest)),
      isComplete: !found.isCut,
    };
  },
});

function signatureAnswer(signature: ImageSignature, digest: string): SignatureAnswer {
  const { manifest, tag, about, format, verification } = signature;
  const { predicateType, certificateSubject, signedAt, expiresAt } = signature;
  const { signer, reason } = verification;
  const verified = verification.signer === undefined ? undefined : verification;
  const until = verified?.until;
  const others = verified?.others.map((each) => each.signer) ?? [];
  return {
    ...{ signatureDigest: manifest, ...(tag !== undefined && { signatureTag: tag }) },
    ...(about !== digest && { indexDigest: about }),
    ...{ format, ...(predicateType !== undefined && { predicateType }) },
    ...(certificateSubject !== undefined && { certificateSubject }),
    ...(signedAt !== undefined && { signedAt: epochSeconds(signedAt) }),
    ...(expiresAt !== undefined && { expiresAt: epochSeconds(expiresAt) }),
    trusted: signer !== undefined,
    ...(verified !== undefined && {
      ...{ signer: verified.signer, signerFingerprint: verified.fingerprint },
    }),
    ...(others.length > 0 && { otherSigners: others }),
    ...(until !== undefined && { trustedUntil: epochSeconds(until) }),
    ...(reason !== undefined && { reason }),
  };
}
