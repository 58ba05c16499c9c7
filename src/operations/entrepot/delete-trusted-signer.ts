import { registryOf } from "../../registry/identity/principal.ts";
import { deleteTrustedSigner as remove } from "../../registry/signing/trusted-signers.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { signerName } from "./trusted-signer-answer.ts";

/** Trusts a signer no more: what gates want signed and only it has signed is held back a moment later. */
export const deleteTrustedSigner = operation("entrepot:DeleteTrustedSigner", {
  input: request({ name: signerName }),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ name }, { ports, caller }): Promise<object> {
    await remove(ports, registryOf(caller), name);
    return {};
  },
});
