import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../errors.ts";
import type { Image } from "../images/image.ts";
import { type Alongside, pushReferrer, referrerOf } from "../images/push-referrer.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { activeImage } from "../scanning/active-image.ts";
import { preAuthEncoding, statementPayloadType } from "./dsse.ts";
import { secondsOf } from "./notation.ts";
import { bundleType } from "./signature-types.ts";
import { signingKeys } from "./signing-authority.ts";
import { signingLimits } from "./signing-limits.ts";

/**
 * Attaches a signed statement about an image: an in-toto statement in a DSSE envelope, in a bundle of
 * Sigstore, as a referrer. It is pushed as any push is, by whoever `ports` acts for, and signed with
 * the registry's own key, whose public half `signingAuthority` tells. Each call makes another one:
 * who must not make two says so in `alongside`, which may refuse, and may be called again.
 * Source: in-toto attestation framework 1.0; DSSE 1.0; Sigstore bundle 0.3.
 * @param predicateType a URI
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived
 * @throws InvalidParameter for a predicate that is too long
 * @throws LimitExceeded, Kms, ServiceUnavailable as a push is refused
 */
export async function attest(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
  predicateType: string,
  predicate: unknown,
  alongside?: Alongside,
): Promise<Image> {
  const { image } = await activeImage(ports, registry, name, { digest });
  const [algorithm = "", hex = ""] = digest.split(":");
  const statement = JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name, digest: { [algorithm]: hex } }],
    ...{ predicateType, predicate },
  });
  if (Buffer.byteLength(statement) > signingLimits.predicateBytes) {
    const most = `Member must have length less than or equal to ${signingLimits.predicateBytes}`;
    throw invalidParameter("predicate", most);
  }
  const { keys } = await signingKeys(ports, registry);
  const referrer = referrerOf(image, {
    artifactType: bundleType,
    layer: { mediaType: bundleType, content: bundleOf(statement, keys.statements) },
    annotations: {
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": predicateType,
      "org.opencontainers.image.created": secondsOf(ports.clock.now()),
    },
  });
  return pushReferrer(ports, registry, name, referrer, alongside);
}

function bundleOf(statement: string, key: KeyObject): Buffer {
  const payload = Buffer.from(statement);
  const signature = sign("sha256", preAuthEncoding(statementPayloadType, payload), key);
  return Buffer.from(
    JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: { publicKey: { hint: keyHint(key) } },
      dsseEnvelope: {
        payload: payload.toString("base64"),
        payloadType: statementPayloadType,
        signatures: [{ sig: signature.toString("base64") }],
      },
    }),
  );
}

/** Names a key as Sigstore's clients do. */
export function keyHint(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("base64");
}
