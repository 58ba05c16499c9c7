import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { anyResource } from "./signer-shapes.ts";
import { imagePlatform, type SigningPlatform } from "./signing-platform.ts";

/** How a profile of that platform signs. Source: AWS Signer, GetSigningPlatform. */
export const getSigningPlatform = operation("signer:GetSigningPlatform", {
  http: { method: "GET", path: "/signing-platforms/{platformId}" },
  input: request({ platformId: z.string().min(1).max(128) }),
  resource: anyResource,
  access: "Read",
  errors: ["ResourceNotFound"],
  async handle({ platformId }): Promise<SigningPlatform> {
    if (platformId === imagePlatform.platformId) return imagePlatform;
    throw new RegistryError("ResourceNotFound", `There is no signing platform ${platformId}.`);
  },
});
