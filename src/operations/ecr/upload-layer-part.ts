import type { UploadLayerPartRequest, UploadLayerPartResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { appendToUpload, invalidPart, uploadStatus } from "../../registry/layers/upload-layer.ts";
import { limits } from "../../registry/limits.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, partSize, registryId, repositoryName, request, uploadId } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Appends a part to an upload. The bytes survive power loss once this is answered (I1). */
export const uploadLayerPart = operation("ecr:UploadLayerPart", {
  input: request({
    registryId,
    repositoryName,
    uploadId,
    partFirstByte: partSize,
    partLastByte: partSize,
    layerPartBlob: z.string(),
  } satisfies Members<UploadLayerPartRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: [
    "InvalidParameter",
    "InvalidLayerPart",
    "RepositoryNotFound",
    "UploadNotFound",
    "LimitExceeded",
    "Kms",
  ],
  bodyLimitBytes: limits.layerPartRequestBytes,
  async handle(input, { ports, caller }): Promise<Wire<UploadLayerPartResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, uploadId: id, partFirstByte, partLastByte } = input;
    const part = decodeBase64("layerPartBlob", input.layerPartBlob, limits.layerPartBytes);
    const announced = partLastByte - partFirstByte + 1;
    if (part.length !== announced) {
      const upload = await uploadStatus(ports, registry, name, id);
      const message = `The layer part has ${part.length} bytes instead of ${announced}`;
      throw invalidPart(registry, name, upload, message);
    }
    const options = { offset: partFirstByte, part: true };
    const upload = await appendToUpload(ports, registry, name, id, only(part), options);
    return {
      registryId: registry.account,
      repositoryName: name,
      uploadId: upload.id,
      lastByteReceived: upload.offset - 1,
    };
  },
});

async function* only(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

/**
 * The bytes of a base64 text with padding and nothing else in it.
 * @throws InvalidParameter for any other text, and for more than `maximumBytes`
 */
function decodeBase64(parameter: string, text: string, maximumBytes: number): Uint8Array {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const length = (text.length / 4) * 3 - padding;
  if (length > maximumBytes) {
    throw invalidParameter(
      parameter,
      `Member must have length less than or equal to ${maximumBytes}`,
    );
  }
  const bytes = Buffer.from(text, "base64");
  // Node skips what is not base64, which shows as missing bytes; and it takes the URL-safe alphabet.
  if (bytes.length !== length || text.includes("-") || text.includes("_")) {
    throw invalidParameter(parameter, "Member must be base64-encoded");
  }
  return bytes;
}
