import type {
  SigningConfiguration,
  SigningRepositoryFilter,
  SigningRule,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { SigningRule as Rule } from "../../registry/signing/signing.ts";
import { signingLimits } from "../../registry/signing/signing-limits.ts";
import type { Members } from "./shapes.ts";
import type { Wire } from "./wire.ts";

const arnPattern =
  "^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\\/signing-profiles\\/[a-zA-Z0-9_]{2,}$";
const signingProfileArn = z
  .string()
  .max(200)
  .regex(new RegExp(arnPattern), {
    message: `must satisfy regular expression '${arnPattern}'`,
  });

const filterPattern = "^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$";
// ECR's own pattern, written so that it is matched in linear time.
const filterShape = /^[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*$/;
const filter = z.object({
  filter: z
    .string()
    .min(1)
    .max(256)
    .regex(filterShape, {
      message: `must satisfy regular expression '${filterPattern}'`,
    }),
  filterType: z.enum(["WILDCARD_MATCH"]),
} satisfies Members<SigningRepositoryFilter>);

const rule = z.object({
  signingProfileArn,
  repositoryFilters: z.array(filter).min(1).max(signingLimits.filters).optional(),
} satisfies Members<SigningRule>);

export const signingConfiguration = z.object({
  rules: z.array(rule).max(signingLimits.rules),
} satisfies Members<SigningConfiguration>);

export function rulesOf({ rules }: z.output<typeof signingConfiguration>): Rule[] {
  return rules.map(({ signingProfileArn: profileArn, repositoryFilters = [] }) => ({
    profileArn,
    filters: repositoryFilters.map(({ filter: text }) => text),
  }));
}

export function signingConfigurationAnswer(rules: readonly Rule[]): Wire<SigningConfiguration> {
  return {
    rules: rules.map(({ profileArn, filters }) => ({
      signingProfileArn: profileArn,
      ...(filters.length === 0 ? {} : { repositoryFilters: filters.map(filterAnswer) }),
    })),
  };
}

function filterAnswer(text: string) {
  return { filter: text, filterType: "WILDCARD_MATCH" as const };
}
