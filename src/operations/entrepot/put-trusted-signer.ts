import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { signingLimits } from "../../registry/signing/signing-limits.ts";
import { putTrustedSigner as put } from "../../registry/signing/trusted-signers.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  signerName,
  signerRepositories,
  subjectParts,
  type TrustedSignerAnswer,
  trustedSignerAnswer,
} from "./trusted-signer-answer.ts";

/** Trusts a public key or a certificate in the caller's registry, or another one under that name. */
export const putTrustedSigner = operation("entrepot:PutTrustedSigner", {
  input: request({
    name: signerName,
    pem: z.string().min(1).max(signingLimits.pemCharacters),
    repositories: signerRepositories.default([]),
    subject: subjectParts.default([]),
  }),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "LimitExceeded"],
  async handle(wanted, { ports, caller }): Promise<{ signer: TrustedSignerAnswer }> {
    const signer = await put(ports, registryOf(caller), wanted, caller.principal.arn);
    return { signer: trustedSignerAnswer(signer) };
  },
});
