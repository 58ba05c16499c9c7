import { z } from "zod";
import { signingLimits } from "../../registry/signing/signing-limits.ts";
import type { TrustedSigner } from "../../registry/signing/trusted-signer.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { gateName } from "./gate-answer.ts";

/** As those of gates, which name signers. */
export const signerName = gateName;

/** A signer as it is told of. Times are epoch seconds. */
export interface TrustedSignerAnswer {
  readonly name: string;
  readonly kind: TrustedSigner["kind"];
  /** PEM. */
  readonly pem: string;
  readonly repositories: readonly string[];
  readonly subject: readonly string[];
  readonly putBy: string;
  readonly putAt: number;
}

export function trustedSignerAnswer(signer: TrustedSigner): TrustedSignerAnswer {
  const { name, kind, pem, repositories, subject, putBy, putAt } = signer;
  return { name, kind, pem, repositories, subject, putBy, putAt: epochSeconds(putAt) };
}

export const signerRepositories = z
  .array(
    z
      .string()
      .min(1)
      .max(256)
      .regex(/^[a-z0-9._/*-]+$/),
  )
  .max(signingLimits.signerRepositories);

/** `CN=release`: a part of a name, spelled as OpenSSL tells it. */
export const subjectParts = z
  .array(
    z
      .string()
      .max(signingLimits.subjectCharacters)
      .regex(/^[A-Za-z0-9.]+=[^\p{Cc}]+$/u),
  )
  .max(signingLimits.subjectParts);
