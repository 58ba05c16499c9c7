import { randomBytes } from "node:crypto";
import type { GenerateRandomRequest, GenerateRandomResponse } from "@aws-sdk/client-kms";
import { RegistryError } from "../../registry/errors.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { everyKey } from "./key-target.ts";
import { customKeyStoreId, numberOfBytes, recipient } from "./shapes.ts";
import { requireNoKeyStore, requireNoRecipient } from "./use.ts";

/** Random bytes. */
export const generateRandom = operation("kms:GenerateRandom", {
  input: request({
    NumberOfBytes: numberOfBytes,
    CustomKeyStoreId: customKeyStoreId,
    Recipient: recipient,
  } satisfies Members<GenerateRandomRequest>),
  resource: everyKey,
  access: "Write",
  errors: ["UnsupportedOperation"],
  async handle(input): Promise<Wire<GenerateRandomResponse>> {
    requireNoRecipient(input.Recipient);
    requireNoKeyStore(input.CustomKeyStoreId);
    if (input.NumberOfBytes === undefined) {
      throw new RegistryError("Validation", "NumberOfBytes is required.");
    }
    return { Plaintext: randomBytes(input.NumberOfBytes).toString("base64") };
  },
});
