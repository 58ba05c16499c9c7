import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { addTrustedSignerEvent } from "../events/gate-event.ts";
import { judgeAllAgain } from "../gates/request-judgement.ts";
import type { Image } from "../images/image.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { activeImage, type NamedImage } from "../scanning/active-image.ts";
import { signingLimits } from "./signing-limits.ts";
import type { SignerKind, TrustedSigner } from "./trusted-signer.ts";
import { type ImageSignature, verifySources } from "./verify/image-signatures.ts";
import { SignatureError } from "./verify/signature-error.ts";
import { signatureSources } from "./verify/signature-sources.ts";
import { verifierOf } from "./verify/verify-envelope.ts";

export type WantedSigner = Pick<TrustedSigner, "name" | "pem" | "repositories" | "subject">;

/**
 * Trusts a signer from now on, or another one under that name. Images that gates want signed are judged
 * again in the background.
 * @param putBy an ARN
 * @throws InvalidParameter for what is no public key or certificate, or of a kind that is not verified
 * @throws LimitExceeded when the registry trusts as many as it may
 */
export async function putTrustedSigner(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  wanted: WantedSigner,
  putBy: string,
): Promise<TrustedSigner> {
  const signer = { ...wanted, registry, kind: kindOf(wanted), putBy, putAt: clock.now() };
  checkSigner(signer);
  await metadata.transaction(async (change) => {
    const now = clock.now();
    // First, since whoever puts another one waits for it.
    await judgeAllAgain(change, registry, now);
    const known = await change.signings.trustedSigners(registry);
    const isNew = known.every(({ name }) => name !== signer.name);
    if (isNew && known.length >= signingLimits.trustedSigners) {
      throw new RegistryError(
        "LimitExceeded",
        `The registry with id '${registry.account}' can not trust more than ${signingLimits.trustedSigners} signers`,
      );
    }
    await change.signings.putTrustedSigner(signer);
    await addTrustedSignerEvent(change, registry, { action: "PUT", signer, at: now });
  });
  return signer;
}

function kindOf({ pem }: WantedSigner): SignerKind {
  const labels = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label]) => label);
  if (labels.length !== 1)
    throw invalidParameter("pem", "it must be one public key or certificate");
  if (labels[0] === "CERTIFICATE") return "CERTIFICATE";
  // A private key has a public half, and has no business here.
  if (labels[0]?.endsWith("PUBLIC KEY")) return "PUBLIC_KEY";
  throw invalidParameter("pem", "it is neither a public key nor a certificate");
}

function checkSigner(signer: TrustedSigner): void {
  if (signer.kind === "PUBLIC_KEY" && signer.subject.length > 0) {
    throw invalidParameter("subject", "a public key has no subject");
  }
  try {
    verifierOf(signer);
  } catch (error) {
    if (error instanceof SignatureError) throw invalidParameter("pem", error.message);
    throw error;
  }
}

/**
 * Trusts a signer no more: what only it has signed is unsigned when it has been judged again.
 * @throws ResourceNotFound when there is none of that name
 */
export async function deleteTrustedSigner(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    const now = clock.now();
    await judgeAllAgain(change, registry, now);
    const known = await change.signings.trustedSigners(registry);
    const signer = known.find((each) => each.name === name);
    if (signer === undefined || !(await change.signings.removeTrustedSigner(registry, name))) {
      const sentence = `There is no trusted signer with the name '${name}'`;
      throw new RegistryError("ResourceNotFound", sentence);
    }
    await addTrustedSignerEvent(change, registry, { action: "DELETE", signer, at: now });
  });
}

export interface DescribedSignatures {
  readonly digest: Digest;
  readonly signatures: readonly ImageSignature[];
  /** There are more manifests than are looked at. */
  readonly isCut: boolean;
}

/**
 * The signatures of an image and of the indexes that list it, each with who signed or why it does not
 * count.
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived
 * @throws Kms when the repository's key may not be used
 */
export async function describeSignatures(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
): Promise<DescribedSignatures> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  return { digest: image.digest, ...(await signaturesOf(ports, repository, image)) };
}

/** The same of an image that was found. @throws Kms when the repository's key may not be used */
export async function signaturesOf(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<Omit<DescribedSignatures, "digest">> {
  const found = await signatureSources(ports.metadata, repository, image);
  const signers = await ports.metadata.signings.trustedSigners(repository.registry);
  const signatures = await verifySources(ports, repository, found, signers);
  return { signatures, isCut: found.isCut };
}
