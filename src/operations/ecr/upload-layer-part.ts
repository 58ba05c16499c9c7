import type { UploadLayerPartRequest, UploadLayerPartResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { appendToUpload, invalidPart, uploadStatus } from "../../registry/layers/upload-layer.ts";
import { limits } from "../../registry/limits.ts";
import { decodeBase64 } from "../base64.ts";
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
