import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { awaitsValue, readServiceSecret } from "../secrets/service-secret.ts";

const wrongForm =
  "The secret's value is not the JSON of an object with the texts 'username' and 'accessToken'.";

/**
 * What an upstream is shown: `user:password` in base64. Source: ECR, "Storing your upstream repository
 * credentials": a secret of the rule's own account and region, of JSON, under the service's own key.
 * @throws SecretNotFound, UnableToAccessSecret, UnableToDecryptSecretValue
 */
export async function upstreamCredentials(
  ports: Pick<Ports, "metadata" | "keys" | "memory" | "clock">,
  registry: Registry,
  arn: string,
): Promise<string> {
  const { text } = await readable(ports, registry, arn);
  const { username, accessToken } = membersOf(text ?? "");
  if (!isGiven(username) || !isGiven(accessToken) || username.includes(":")) {
    throw new RegistryError("UnableToAccessSecret", wrongForm);
  }
  return Buffer.from(`${username}:${accessToken}`).toString("base64");
}

/**
 * That the secret is there, and that the service can read its value where it has one already: Terraform
 * makes the secret, then its value and the rule at once.
 * @throws as `upstreamCredentials`
 */
export async function requireSecret(
  ports: Pick<Ports, "metadata" | "keys" | "memory" | "clock">,
  registry: Registry,
  arn: string,
): Promise<void> {
  if (await awaitsValue(ports, registry, arn)) return;
  await readable(ports, registry, arn);
}

async function readable(
  ports: Pick<Ports, "metadata" | "keys" | "memory" | "clock">,
  registry: Registry,
  arn: string,
) {
  try {
    return await readServiceSecret(ports, registry, arn);
  } catch (error) {
    if (isRegistryError(error, "ResourceNotFound")) {
      const sentence = `The ARN of the secret specified in the pull through cache rule was not found: ${arn}`;
      throw new RegistryError("SecretNotFound", sentence, {}, error);
    }
    if (isRegistryError(error, "AccessDenied")) {
      const sentence =
        "The secret is unable to be accessed. Verify the resource permissions for the secret and try again.";
      throw new RegistryError("UnableToAccessSecret", sentence, {}, error);
    }
    if (isRegistryError(error, "DecryptionFailure")) {
      const sentence =
        "The secret is accessible but is unable to be decrypted. Verify the resource permissions and try again.";
      throw new RegistryError("UnableToDecryptSecretValue", sentence, {}, error);
    }
    throw error;
  }
}

function isGiven(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
