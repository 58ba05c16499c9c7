/**
 * The scalars and shapes of the ECR Public API model that differ from those of ECR. Source: ECR Public API
 * model; ECR 11.2.
 */
import { z } from "zod";
import type { RepositoryName } from "../../registry/names.ts";
import { aliasPattern, isAlias } from "../../registry/public/alias.ts";
import type { CatalogWish } from "../../registry/public/catalog-data.ts";
import { readLogo } from "../../registry/public/logo.ts";
import { publicLimits } from "../../registry/public/public-limits.ts";
import { decodeBase64 } from "../base64.ts";

const namePattern = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";

/** Fewer names than ECR's own: between letters and digits there is one other character at most. */
export function isPublicRepositoryName(text: string): text is RepositoryName {
  if (text.length < 2 || text.length > publicLimits.repositoryNameCharacters) return false;
  return text.split(/[/._-]/).every((part) => /^[a-z0-9]+$/.test(part));
}

export const publicRepositoryName = z
  .string()
  .min(2)
  .max(publicLimits.repositoryNameCharacters)
  .transform((text, context): RepositoryName => {
    if (isPublicRepositoryName(text)) return text;
    context.addIssue({
      code: "custom",
      message: `must satisfy regular expression '${namePattern}'`,
    });
    return z.NEVER;
  });

/** An account's id, or an alias of its public registry. */
export const registryIdOrAlias = z.string().min(2).max(publicLimits.aliasCharacters).optional();

export const aliasName = z
  .string()
  .min(2)
  .max(publicLimits.aliasCharacters)
  .refine(isAlias, `must satisfy regular expression '${aliasPattern}'`);

/** The model wants neither member; a tag without a value has an empty one. */
export const publicTags = z.array(z.object({ Key: z.string(), Value: z.string().default("") }));

const catalogNames = z
  .array(z.string().min(1).max(publicLimits.catalogNameCharacters))
  .max(publicLimits.catalogNames);

export const catalogDataInput = z.object({
  description: z.string().max(publicLimits.descriptionCharacters).optional(),
  architectures: catalogNames.optional(),
  operatingSystems: catalogNames.optional(),
  // Of base64: its bytes are counted when they are there.
  logoImageBlob: z.string().optional(),
  aboutText: z.string().max(publicLimits.longTextCharacters).optional(),
  usageText: z.string().max(publicLimits.longTextCharacters).optional(),
});

/**
 * What is to be said of a repository.
 * @throws InvalidParameter for a logo that is no image of a size that ECR takes
 */
export function catalogWish(input: z.output<typeof catalogDataInput>): CatalogWish {
  const { description, aboutText, usageText, architectures, operatingSystems } = input;
  const blob = input.logoImageBlob;
  const logo =
    blob === undefined || blob === ""
      ? undefined
      : readLogo(decodeBase64("catalogData.logoImageBlob", blob, publicLimits.logoBytes));
  return {
    ...{ description, aboutText, usageText, logo },
    architectures: [...new Set(architectures)],
    operatingSystems: [...new Set(operatingSystems)],
  };
}

/** As long as a page of ECR's. */
export const displayName = z.string().max(publicLimits.displayNameCharacters).optional();
