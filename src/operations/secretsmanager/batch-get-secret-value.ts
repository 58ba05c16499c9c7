import type {
  APIErrorType,
  BatchGetSecretValueRequest,
  BatchGetSecretValueResponse,
  SecretValueEntry,
} from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { listSecrets } from "../../registry/secrets/list-secrets.ts";
import { secretArn } from "../../registry/secrets/secret.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { type HandlerContext, operation } from "../operation.ts";
import { valueEntry } from "./answers.ts";
import { pageOf } from "./page.ts";
import { readForAnother } from "./read-for-another.ts";
import { anyResource, ownRegistry } from "./secret-target.ts";
import { filters, maxResults, nextToken, secretId } from "./shapes.ts";

/** The current values of several secrets, each of which the caller must be allowed to read. */
export const batchGetSecretValue = operation("secretsmanager:BatchGetSecretValue", {
  input: request({
    SecretIdList: z.array(secretId).min(1).max(secretLimits.batch).optional(),
    Filters: filters,
    MaxResults: maxResults(secretLimits.batch),
    NextToken: nextToken,
  } satisfies Members<BatchGetSecretValueRequest>),
  resource: anyResource,
  further: ({ SecretIdList }, caller) =>
    SecretIdList === undefined
      ? [{ action: "secretsmanager:ListSecrets", resource: anyResource(undefined, caller) }]
      : [],
  access: "Read",
  errors: ["InvalidNextToken", "InvalidParameter", "InvalidRequest"],
  async handle(input, context): Promise<Wire<BatchGetSecretValueResponse>> {
    const { ids, end } = await wantedIds(input, context);
    const values: Wire<SecretValueEntry>[] = [];
    const errors: APIErrorType[] = [];
    for (const id of ids) {
      try {
        values.push(valueEntry(await readForAnother(context, id, () => current)));
      } catch (error) {
        if (!isRegistryError(error) || error.kind === "ServiceUnavailable") throw error;
        errors.push({ SecretId: id, ErrorCode: codeOf(error), Message: error.message });
      }
    }
    return { SecretValues: values, Errors: errors, ...end };
  },
});

const current = { versionId: undefined, stage: undefined };

interface Wanted {
  readonly SecretIdList?: readonly string[] | undefined;
  readonly Filters: z.output<typeof filters>;
  readonly MaxResults: number;
  readonly NextToken?: string | undefined;
}

/** @throws InvalidParameter for both a list and filters, and for neither; InvalidNextToken */
async function wantedIds(input: Wanted, { ports, caller }: HandlerContext) {
  const { SecretIdList, Filters } = input;
  if ((SecretIdList === undefined) === (Filters.length === 0)) {
    const sentence = "You must provide either SecretIdList or Filters, but not both.";
    throw new RegistryError("InvalidParameter", sentence);
  }
  if (SecretIdList !== undefined) return { ids: [...new Set(SecretIdList)], end: {} };
  const registry = ownRegistry(caller);
  const given = Filters.map(({ Key, Values }) => ({ key: Key, values: Values }));
  const order = { withDeleted: false, sortBy: "name", descending: false } as const;
  const found = await listSecrets(ports, registry, { filters: given, ...order });
  const narrowedBy = [JSON.stringify(Filters)];
  const listing = { operation: "BatchGetSecretValue", registry, narrowedBy };
  const { items, end } = pageOf(ports, listing, found, ({ name }) => name, input);
  return { ids: items.map(secretArn), end };
}

function codeOf({ kind }: RegistryError): string {
  return kind === "DecryptionFailure" ? kind : `${kind}Exception`;
}
