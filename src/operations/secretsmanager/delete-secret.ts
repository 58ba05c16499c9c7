import type { DeleteSecretRequest, DeleteSecretResponse } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { removeSecret, scheduleDeletion } from "../../registry/secrets/change-secret.ts";
import { lookUpSecret } from "../../registry/secrets/find-secret.ts";
import { secretArn } from "../../registry/secrets/secret.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import { keptSecret, namedSecret, secretConditions } from "./secret-target.ts";
import { secretId } from "./shapes.ts";

const { recoveryDays } = secretLimits;
/** A number of the API; which of them there are is told in a sentence of its own. */
const mostDays = 2 ** 31 - 1;

/** Marks a secret for deletion after some days, or removes it at once. */
export const deleteSecret = operation("secretsmanager:DeleteSecret", {
  input: request({
    SecretId: secretId,
    RecoveryWindowInDays: z.int().min(0).max(mostDays).optional(),
    ForceDeleteWithoutRecovery: z.boolean().optional(),
  } satisfies Members<DeleteSecretRequest>),
  resource: namedSecret,
  conditions: ({ RecoveryWindowInDays, ForceDeleteWithoutRecovery }) =>
    secretConditions({ RecoveryWindowInDays, ForceDeleteWithoutRecovery }),
  access: "Write",
  errors: ["InvalidParameter", "InvalidRequest", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<DeleteSecretResponse>> {
    const { ports, caller } = context;
    const days = daysOf(input);
    if (days !== undefined) {
      const secret = await scheduleDeletion(ports, await keptSecret(input, context), days);
      const { removeAt } = secret.deletion ?? { removeAt: ports.clock.now() };
      return { ...named(secret), DeletionDate: epochSeconds(removeAt) };
    }
    // One that is gone already is no error: so the request can be repeated. Source: DeleteSecret.
    const { secret } = await lookUpSecret(ports, caller, input.SecretId);
    const isIt = secret !== undefined && secretArn(secret) === context.target.arn;
    if (isIt) await removeSecret(ports, secret);
    const known = isIt ? named(secret) : { ARN: context.target.arn, Name: input.SecretId };
    return { ...known, DeletionDate: epochSeconds(ports.clock.now()) };
  },
});

/** `undefined`: at once. @throws InvalidParameter */
function daysOf({
  RecoveryWindowInDays: days,
  ForceDeleteWithoutRecovery: isForced,
}: {
  readonly RecoveryWindowInDays?: number | undefined;
  readonly ForceDeleteWithoutRecovery?: boolean | undefined;
}): number | undefined {
  if (days !== undefined && (days < recoveryDays.least || days > recoveryDays.most)) {
    throw new RegistryError(
      "InvalidParameter",
      `The RecoveryWindowInDays value must be between ${recoveryDays.least} and ${recoveryDays.most} days (inclusive).`,
    );
  }
  if (isForced !== true) return days ?? recoveryDays.default;
  if (days === undefined) return undefined;
  throw new RegistryError(
    "InvalidParameter",
    "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
  );
}
