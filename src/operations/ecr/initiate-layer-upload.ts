import type { InitiateLayerUploadRequest, InitiateLayerUploadResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { startUpload } from "../../registry/layers/upload-layer.ts";
import { limits } from "../../registry/limits.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Opens an upload session in an existing repository. */
export const initiateLayerUpload = operation("ecr:InitiateLayerUpload", {
  input: request({ registryId, repositoryName } satisfies Members<InitiateLayerUploadRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "Kms"],
  async handle(input, { ports, caller }): Promise<Wire<InitiateLayerUploadResponse>> {
    const registry = registryOf(caller, input.registryId);
    const upload = await startUpload(ports, registry, input.repositoryName);
    return { uploadId: upload.id, partSize: limits.layerPartAdvisedBytes };
  },
});
