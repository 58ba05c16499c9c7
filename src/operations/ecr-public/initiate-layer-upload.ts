import type {
  InitiateLayerUploadRequest,
  InitiateLayerUploadResponse,
} from "@aws-sdk/client-ecr-public";
import { startUpload } from "../../registry/layers/upload-layer.ts";
import { limits } from "../../registry/limits.ts";
import { type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inPushedRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName, registryIdOrAlias } from "./shapes.ts";

/** Opens an upload session in an existing public repository. */
export const initiateLayerUpload = operation("ecr-public:InitiateLayerUpload", {
  input: request({
    registryId: registryIdOrAlias,
    repositoryName: publicRepositoryName,
  } satisfies Members<InitiateLayerUploadRequest>),
  resource: inPushedRepository("InitiateLayerUpload"),
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "RegistryNotFound", "UnsupportedCommand"],
  async handle(_input, context): Promise<Wire<InitiateLayerUploadResponse>> {
    const { registry, name } = repositoryOf(context);
    const upload = await startUpload(context.ports, registry, name);
    return { uploadId: upload.id, partSize: limits.layerPartAdvisedBytes };
  },
});
