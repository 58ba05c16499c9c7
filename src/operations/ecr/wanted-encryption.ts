import type { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import type { WantedEncryption } from "../../registry/repositories/claim-key.ts";
import type { encryptionConfiguration } from "./shapes.ts";

/**
 * What a repository is to be sealed by.
 * @throws InvalidParameter for a key beside AES256
 */
export function wantedEncryption({
  encryptionType: type,
  kmsKey: key,
}: z.output<typeof encryptionConfiguration>): WantedEncryption {
  if (type === "AES256" && key !== undefined) {
    throw invalidParameter(
      "encryptionConfiguration.kmsKey",
      "kmsKey can't be set when encryptionType is set as AES256",
    );
  }
  return { type, key };
}
