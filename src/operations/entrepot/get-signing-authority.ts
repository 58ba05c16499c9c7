import { registryOf } from "../../registry/identity/principal.ts";
import { signingAuthority } from "../../registry/signing/signing-authority.ts";
import { ownRegistryResource } from "../ecr/resource.ts";
import { registryId, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Answer {
  readonly registryId: string;
  /** PEM: the root of what signing profiles sign, for a trust store of Notation. */
  readonly certificate: string;
  /** PEM: of the key that signs statements, for cosign. */
  readonly publicKey: string;
}

/** What verifies the registry's signatures. Nothing of it is secret; it is made at the first question. */
export const getSigningAuthority = operation("entrepot:GetSigningAuthority", {
  input: request({ registryId }),
  resource: ownRegistryResource,
  access: "Read",
  errors: ["InvalidParameter", "ServiceUnavailable"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    return { registryId: registry.account, ...(await signingAuthority(ports, registry)) };
  },
});
