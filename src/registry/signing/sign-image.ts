import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import { pushReferrer } from "../images/push-referrer.ts";
import type { Repository } from "../repositories/repository.ts";
import { notationSignature } from "./notation.ts";
import { expiryOf, profileKey } from "./profiles.ts";
import { failed, type SigningFailure } from "./sign-pushed.ts";
import { type ImageSigning, parseProfileArn } from "./signing.ts";

/** It was signed meanwhile, by another worker: no second signature is stored. */
class SignedAlready extends Error {}

/**
 * Makes the signatures of an image that are still to be made. Each is stored in the transaction that
 * says so: however often this is begun, there is one for each profile.
 * @throws RegistryError when a push is refused; the job tries again
 */
export async function signImage(
  ports: Ports,
  repository: Repository,
  image: Image,
  signal: AbortSignal,
): Promise<void> {
  for (const signing of await ports.metadata.signings.ofImage(repository, image.digest)) {
    if (signing.status !== "IN_PROGRESS") continue;
    signal.throwIfAborted();
    const refusal = await signWith(ports, repository, image, signing);
    if (refusal === undefined) continue;
    await ports.metadata.transaction((change) => failSigning(change, signing, refusal));
  }
}

async function signWith(
  ports: Ports,
  repository: Repository,
  image: Image,
  signing: ImageSigning,
): Promise<SigningFailure | undefined> {
  const ref = parseProfileArn(signing.profileArn);
  const profile = ref && (await ports.metadata.signings.findProfile(ref.registry, ref.name));
  if (profile === undefined) {
    const reason = `There is no signing profile ${signing.profileArn}`;
    return { code: "ResourceNotFoundException", reason };
  }
  if (profile.status !== "Active") {
    const reason = `The signing profile ${signing.profileArn} is ${profile.status.toLowerCase()}`;
    return { code: "ValidationException", reason };
  }
  const now = ports.clock.now();
  const { certificates, validity } = profile;
  const signer = { key: await profileKey(ports, profile), certificates, agent: "entrepot" };
  const times = { now, expiry: expiryOf(validity, now) };
  const signature = notationSignature(image, signer, times);
  const { registry, name } = repository;
  try {
    await pushReferrer(ports, registry, name, signature, async (change) => {
      // The push has locked the repository: whoever signs at the same time has done so, or waits.
      if (!(await isInProgress(change, signing))) throw new SignedAlready();
      await change.signings.put({ ...signing, status: "COMPLETE", signature: signature.digest });
    });
  } catch (error) {
    if (!(error instanceof SignedAlready)) throw error;
  }
  return undefined;
}

async function isInProgress(
  { signings }: MetadataChange,
  { repository, digest, profileArn }: ImageSigning,
): Promise<boolean> {
  const now = await signings.ofImage(repository, digest);
  return now.some((each) => each.profileArn === profileArn && each.status === "IN_PROGRESS");
}

/** Says that there will be no signature, unless there is one. */
export async function failSigning(
  change: MetadataChange,
  signing: ImageSigning,
  failure: SigningFailure,
): Promise<void> {
  if (!(await isInProgress(change, signing))) return;
  await change.signings.put(failed(signing, failure));
}
