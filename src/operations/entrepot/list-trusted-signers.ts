import { registryOf } from "../../registry/identity/principal.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type TrustedSignerAnswer, trustedSignerAnswer } from "./trusted-signer-answer.ts";

/** All whose signatures count in the caller's registry, by name. */
export const listTrustedSigners = operation("entrepot:ListTrustedSigners", {
  input: request({}),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, caller }): Promise<{ signers: TrustedSignerAnswer[] }> {
    const signers = await ports.metadata.signings.trustedSigners(registryOf(caller));
    return { signers: signers.map(trustedSignerAnswer) };
  },
});
