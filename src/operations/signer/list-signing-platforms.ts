import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { anyResource } from "./signer-shapes.ts";
import { imagePlatform, type SigningPlatform } from "./signing-platform.ts";

interface Answer {
  readonly platforms: readonly SigningPlatform[];
}

const wanted = z.string().min(1).max(256).optional();

/**
 * The platforms that are what is asked for: the one for images, or none. One page.
 * Source: AWS Signer, ListSigningPlatforms.
 */
export const listSigningPlatforms = operation("signer:ListSigningPlatforms", {
  http: {
    ...{ method: "GET", path: "/signing-platforms" },
    queryTexts: ["category", "partner", "target", "maxResults", "nextToken"],
  },
  input: request({
    ...{ category: wanted, partner: wanted, target: wanted, nextToken: wanted },
    // In the query, where a number is a text.
    maxResults: z
      .string()
      .regex(/^(?:[1-9]|1\d|2[0-5])$/)
      .optional(),
  }),
  resource: anyResource,
  access: "List",
  errors: ["Validation"],
  async handle({ category, partner, target, nextToken }): Promise<Answer> {
    // Nobody was given one.
    if (nextToken !== undefined) throw new RegistryError("Validation", "Invalid nextToken.");
    const has = (value: string, asked: string | undefined) =>
      asked === undefined || asked === value;
    const isWanted =
      has(imagePlatform.category, category) &&
      has(imagePlatform.partner, partner) &&
      has(imagePlatform.target, target);
    return { platforms: isWanted ? [imagePlatform] : [] };
  },
});
