import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { checkPolicy, countedCharacters, quotaExceeded } from "./check-policy.ts";
import { toStoredPrincipals } from "./stored-principals.ts";

/**
 * A trust policy as it is stored: users and roles in it by their unique ids.
 * @throws MalformedPolicyDocument for what is none, and where it names a user or role that is not there
 * @throws LimitExceeded
 */
export async function checkedTrustPolicy(
  ports: Pick<Ports, "metadata">,
  text: string,
): Promise<string> {
  const document = checkPolicy(text, "trust");
  const quota = limits.trustPolicyCharacters;
  if (countedCharacters(text) > quota) throw quotaExceeded("ACLSizePerRole", quota);
  const stored = await toStoredPrincipals(ports, document);
  if (stored.text !== undefined) return stored.text;
  throw new RegistryError(
    "MalformedPolicyDocument",
    `Invalid principal in policy: "AWS":"${stored.unknown}"`,
  );
}
