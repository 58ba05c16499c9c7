/** `entrepot pull-secret`: passwords for machines outside that pull and do nothing else. */
import type { CreatedPullSecret } from "../../../operations/entrepot/create-pull-secret.ts";
import type { PullSecretAnswer } from "../../../operations/entrepot/pull-secret-answer.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

export interface NewPullSecret {
  /** Names, or patterns with "*". */
  readonly repositories: readonly string[];
  readonly description: string | undefined;
  readonly days: number | undefined;
}

export function listPullSecrets(server: Server): Promise<PullSecretAnswer[]> {
  return server.all("entrepot:ListPullSecrets", "pullSecrets", {});
}

/** @throws Refusal */
export function createPullSecret(
  server: Server,
  { repositories, description, days }: NewPullSecret,
): Promise<CreatedPullSecret> {
  return server.call("entrepot:CreatePullSecret", {
    ...{ repositoryNames: repositories, description, expiresInDays: days },
  });
}

/** @throws Refusal, ResourceNotFoundException when there is no such secret */
export async function deletePullSecret(server: Server, pullSecretId: string): Promise<void> {
  await server.call("entrepot:DeletePullSecret", { pullSecretId });
}

const kubernetesName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * The secret as `kubectl apply` takes it.
 * @throws CommandError for names that Kubernetes does not take
 */
export function kubernetesSecret(
  { dockerConfigJson }: Pick<CreatedPullSecret, "dockerConfigJson">,
  name: string,
  namespace: string | undefined,
): string {
  return [
    "apiVersion: v1",
    "kind: Secret",
    "metadata:",
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    "type: kubernetes.io/dockerconfigjson",
    "data:",
    `  .dockerconfigjson: ${Buffer.from(dockerConfigJson).toString("base64")}`,
  ].join("\n");
}

/** @throws CommandError for what Kubernetes does not take as a name */
export function checkKubernetesName(name: string): void {
  if (kubernetesName.test(name)) return;
  throw new CommandError(`"${name}" is no name in Kubernetes: use small letters, digits and -`, 2);
}
