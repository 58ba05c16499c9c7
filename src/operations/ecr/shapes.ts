/**
 * The scalars and shapes of the ECR API model that requests are made of, with its patterns, bounds
 * and enumerations. Source: ECR API model.
 */
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import {
  type AccountId,
  type Digest,
  digestPattern,
  isAccountId,
  isDigest,
  isRepositoryName,
  type RepositoryName,
  repositoryNamePattern,
  type UploadId,
} from "../../registry/names.ts";
import { tagMutabilityModes } from "../../registry/repositories/repository.ts";
import { scanningLimits } from "../../registry/scanning/scanning-limits.ts";

export type { Members } from "../members.ts";

/** The input of an operation: unknown members are ignored, and null is as good as absent. */
export function request<Shape extends z.ZodRawShape>(shape: Shape): Request<z.ZodObject<Shape>> {
  return z.preprocess((value) => withoutNulls(value, limits.jsonDepth), z.object(shape));
}

/** Typed as what callers give, where `z.preprocess` says that it takes anything. */
type Request<Members extends z.ZodType> = z.ZodType<z.output<Members>, z.input<Members>>;

// Items of a list are kept: their places count in refusals, and null there is an item.
function withoutNulls(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth - 1));
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([name, member]) => [name, withoutNulls(member, depth - 1)]),
  );
}

function named<T extends string>(is: (text: string) => text is T, pattern: string) {
  return (text: string, context: z.RefinementCtx<string>): T => {
    if (is(text)) return text;
    context.addIssue({ code: "custom", message: `must satisfy regular expression '${pattern}'` });
    return z.NEVER;
  };
}

function matching<T extends string>(shape: RegExp, pattern: string) {
  return named((text): text is T => shape.test(text), pattern);
}

export const accountId = z.string().transform(named<AccountId>(isAccountId, "[0-9]{12}"));
/** Absent, it is the caller's own registry. */
export const registryId = accountId.optional();

export const repositoryName = z
  .string()
  .min(2)
  .max(limits.repositoryNameCharacters)
  .transform(named<RepositoryName>(isRepositoryName, repositoryNamePattern));

const uploadIdPattern =
  "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
export const uploadId = z
  .string()
  .transform(matching<UploadId>(new RegExp(`^${uploadIdPattern}$`), uploadIdPattern));

/** Any algorithm and any length, as ECR has it: whether such content can exist shows later. */
export const anyDigest = z
  .string()
  .transform(matching<string>(new RegExp(`^${digestPattern}$`), digestPattern));

/** Of what can be stored here. */
export const storedDigest = z.string().transform(named<Digest>(isDigest, digestPattern));

/** Items are judged one by one: a bad one is an entry of `failures`, not a refusal of the call. */
export const batchedLayerDigest = z
  .string()
  .max(1000)
  .nullish()
  .transform((text) => text ?? "");

export const imageTag = z.string().min(1).max(300);

export const imageIdentifier = z.object({
  imageDigest: z.string().optional(),
  imageTag: z.string().max(300).optional(),
});
export const imageIdentifiers = z.array(imageIdentifier).min(1).max(limits.batchItems);

const principalArnPattern =
  "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\\w+=,.@-]+(/[\\w+=,.@-]+)*$";
/** Of a user or a role. */
export const principalArn = z
  .string()
  .max(limits.principalArnCharacters)
  .transform(matching<string>(new RegExp(principalArnPattern), principalArnPattern));

export const partSize = z.int().min(0);

export const imageTagMutability = z.enum(tagMutabilityModes);
const exclusionFilterPattern = "^[0-9a-zA-Z._*-]{1,128}$";
export const imageTagMutabilityExclusionFilters = z
  .array(
    z.object({
      filterType: z.enum(["WILDCARD"]),
      filter: z
        .string()
        .min(1)
        .max(128)
        .transform(matching<string>(new RegExp(exclusionFilterPattern), exclusionFilterPattern)),
    }),
  )
  .min(1)
  .max(limits.mutabilityFilters);

export const imageScanningConfiguration = z.object({ scanOnPush: z.boolean().optional() });

const scanningFilterPattern = "^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$";
// ECR's own pattern, written so that it is matched in linear time.
const scanningFilterShape = /^[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*$/;
export const scanningRepositoryFilters = z
  .array(
    z.object({
      filterType: z.enum(["WILDCARD"]),
      filter: z
        .string()
        .min(1)
        .max(scanningLimits.filterCharacters)
        .transform(matching<string>(scanningFilterShape, scanningFilterPattern)),
    }),
  )
  .max(scanningLimits.filtersPerRule);

export const encryptionConfiguration = z.object({
  encryptionType: z.enum(["AES256", "KMS", "KMS_DSSE"]),
  kmsKey: z.string().min(1).max(2048).optional(),
});

export const resourceTags = z.array(z.object({ Key: z.string(), Value: z.string() }));

/** How long it may be is a rule of its own, with ECR's own sentence. */
export const lifecyclePolicyText = z.string();

/** Of a repository or a registry. */
export const policyText = z.string().max(limits.resourcePolicyCharacters);

export const artifactStatus = z.enum(["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"]);
export const tagStatus = z.enum(["TAGGED", "UNTAGGED", "ANY"]);

export const nextToken = z.string().optional();
export const maxResults = z.int().min(1).max(limits.pageMaximum).optional();

export const accountSettingName = z.string().min(1).max(64);
