import type { UploadLayerPartRequest, UploadLayerPartResponse } from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import { appendToUpload, invalidPart, uploadStatus } from "../../registry/layers/upload-layer.ts";
import { limits } from "../../registry/limits.ts";
import { decodeBase64 } from "../base64.ts";
import { type Members, partSize, request, uploadId } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inPushedRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName, registryIdOrAlias } from "./shapes.ts";

/** Appends a part to an upload. The bytes survive power loss once this is answered (I1). */
export const uploadLayerPart = operation("ecr-public:UploadLayerPart", {
  input: request({
    registryId: registryIdOrAlias,
    repositoryName: publicRepositoryName,
    uploadId,
    partFirstByte: partSize,
    partLastByte: partSize,
    layerPartBlob: z.string(),
  } satisfies Members<UploadLayerPartRequest>),
  resource: inPushedRepository("UploadLayerPart"),
  access: "Write",
  errors: [
    "InvalidParameter",
    "InvalidLayerPart",
    "RepositoryNotFound",
    "UploadNotFound",
    "LimitExceeded",
    "RegistryNotFound",
    "UnsupportedCommand",
  ],
  bodyLimitBytes: limits.layerPartRequestBytes,
  async handle(input, context): Promise<Wire<UploadLayerPartResponse>> {
    const { ports } = context;
    const { registry, name } = repositoryOf(context);
    const { uploadId: id, partFirstByte, partLastByte } = input;
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
