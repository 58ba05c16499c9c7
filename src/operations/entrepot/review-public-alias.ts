import { z } from "zod";
import { reviewAlias } from "../../registry/public/change-aliases.ts";
import { request } from "../ecr/shapes.ts";
import { aliasName } from "../ecr-public/shapes.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";
import { type AliasAnswer, aliasAnswer } from "./alias-answer.ts";

/** Gives an account the name that it has asked for, refuses it, or takes it away. For the operator. */
export const reviewPublicAlias = operation("entrepot:ReviewPublicAlias", {
  input: request({
    alias: aliasName,
    status: z.enum(["ACTIVE", "REJECTED"]),
    reason: z.string().min(1).max(1024).optional(),
  }),
  resource: organizationResource,
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ alias, ...decision }, { ports }): Promise<{ alias: AliasAnswer }> {
    return { alias: aliasAnswer(await reviewAlias(ports, alias, decision)) };
  },
});
