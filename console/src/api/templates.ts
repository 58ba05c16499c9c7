/** How repositories are made that nobody has made. */
import type { describeRepositoryCreationTemplates } from "../../../src/operations/ecr/describe-repository-creation-templates.ts";
import { call } from "./call.ts";
import type { AnswerOf } from "./own.ts";

type Page = AnswerOf<typeof describeRepositoryCreationTemplates>;
export type Template = NonNullable<Page["repositoryCreationTemplates"]>[number];

export const occasions = ["CREATE_ON_PUSH", "REPLICATION", "PULL_THROUGH_CACHE"] as const;
export type Occasion = (typeof occasions)[number];

/** As the API takes one. */
export interface TemplateInput {
  readonly prefix: string;
  readonly description?: string;
  readonly appliedFor: readonly Occasion[];
  readonly imageTagMutability: string;
  readonly encryptionConfiguration: {
    readonly encryptionType: string;
    readonly kmsKey?: string;
  };
  readonly repositoryPolicy?: string;
  readonly lifecyclePolicy?: string;
  readonly resourceTags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly customRoleArn?: string;
}

export function listTemplates(token: { nextToken?: string }, signal: AbortSignal): Promise<Page> {
  const input = { maxResults: 50, ...token };
  return call("ecr", "DescribeRepositoryCreationTemplates", input, signal);
}

export const templateOperations = {
  create: "CreateRepositoryCreationTemplate",
  update: "UpdateRepositoryCreationTemplate",
  delete: "DeleteRepositoryCreationTemplate",
} as const;
export type TemplateChange = keyof typeof templateOperations;

export function changeTemplate(
  change: TemplateChange,
  input: TemplateInput | { readonly prefix: string },
): Promise<object> {
  return call("ecr", templateOperations[change], input);
}
