import { registryOf } from "../../registry/identity/principal.ts";
import { rekeyRepository as rekey } from "../../registry/rekeying/rekey-repository.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { encryptionConfiguration, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { wantedEncryption } from "../ecr/wanted-encryption.ts";
import { operation } from "../operation.ts";
import { type RekeyAnswer, rekeyAnswer } from "./rekey-answer.ts";

/**
 * Puts a repository under another key: what is pushed is sealed under it from now on, and what is there
 * comes under it in the background, without its bytes being copied. Asked again for the same key, it
 * tells how far it is, and goes on at once if it was waiting.
 */
export const rekeyRepository = operation("entrepot:RekeyRepository", {
  input: request({ registryId, repositoryName, encryptionConfiguration }),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "Conflict", "Kms"],
  async handle(input, { ports, caller }): Promise<{ rekey: RekeyAnswer }> {
    const { repositoryName: name } = input;
    const wanted = wantedEncryption(input.encryptionConfiguration);
    const registry = registryOf(caller, input.registryId);
    return { rekey: rekeyAnswer(await rekey(ports, registry, name, wanted), name) };
  },
});
