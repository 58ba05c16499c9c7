import type {
  ListSecretVersionIdsRequest,
  ListSecretVersionIdsResponse,
} from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { stagesOf } from "../../registry/secrets/secret.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import { pageOf } from "./page.ts";
import { anySecret, namedSecret, ownRegistry } from "./secret-target.ts";
import { maxResults, nextToken, secretId } from "./shapes.ts";

/** The versions of a secret, by default those that have a label. */
export const listSecretVersionIds = operation("secretsmanager:ListSecretVersionIds", {
  input: request({
    SecretId: secretId,
    MaxResults: maxResults(secretLimits.page),
    NextToken: nextToken,
    IncludeDeprecated: z.boolean().default(false),
  } satisfies Members<ListSecretVersionIdsRequest>),
  resource: namedSecret,
  access: "List",
  errors: ["InvalidNextToken", "InvalidParameter", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<ListSecretVersionIdsResponse>> {
    const { ports, caller, target } = context;
    const secret = await anySecret(input, context);
    const all = (await ports.metadata.secrets.versions(secret)).map((version) => ({
      ...version,
      stages: stagesOf(secret, version.id),
    }));
    const { IncludeDeprecated } = input;
    const shown = all.filter(({ stages }) => IncludeDeprecated || stages.length > 0);
    const narrowedBy = [target.arn, String(IncludeDeprecated)];
    const registry = ownRegistry(caller);
    const listing = { operation: "ListSecretVersionIds", registry, narrowedBy };
    const { items, end } = pageOf(ports, listing, shown, ({ id }) => id, input);
    const versions = items.map(({ id, createdAt, stages }) => ({
      VersionId: id,
      VersionStages: stages,
      CreatedDate: epochSeconds(createdAt),
    }));
    return { ...named(secret), Versions: versions, ...end };
  },
});
