import { z } from "zod";
import { deletePullSecret as remove } from "../../registry/identity/pull-secrets.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { pullSecretArn } from "./pull-secret-answer.ts";

/** Ends a pull secret: here at once, on every replica within five seconds. */
export const deletePullSecret = operation("entrepot:DeletePullSecret", {
  input: request({
    pullSecretId: z.string().regex(/^ASIA[A-Z2-7]{16}$/),
  }),
  resource: ({ pullSecretId }, { principal: { account }, region }) => ({
    arn: pullSecretArn({ account, region }, pullSecretId),
    account,
  }),
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ pullSecretId }, { ports, caller }): Promise<{ pullSecretId: string }> {
    await remove(ports, caller.principal.account, pullSecretId);
    return { pullSecretId };
  },
});
