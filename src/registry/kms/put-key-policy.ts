import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { evaluate } from "../policy/evaluate.ts";
import { RequestContext } from "../policy/request-context.ts";
import { changeKey } from "./change-key.ts";
import { keyPolicy, keyResource } from "./key-access.ts";
import { checkedKeyPolicy } from "./key-policy.ts";
import type { KmsKey } from "./kms-key.ts";

const action = "kms:PutKeyPolicy";

/**
 * Replaces the key policy.
 * @throws MalformedPolicyDocument for what is none, and for one under which the caller could not put
 *   another, unless `force` says that this is meant
 */
export async function putKeyPolicy(
  ports: Ports,
  key: KmsKey,
  text: string,
  { caller, force }: { readonly caller: Caller; readonly force: boolean },
): Promise<void> {
  const policy = await checkedKeyPolicy(ports, text);
  if (!force) await requireNoLockOut(ports, { ...key, policy }, caller);
  await changeKey(ports, key, (found) => ({ ...found, policy }));
}

/**
 * Asks as the guard will ask when the policy is in force. Source: KMS, BypassPolicyLockoutSafetyCheck.
 * @param key with its policy as it is to be
 * @throws MalformedPolicyDocument
 */
export async function requireNoLockOut(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  key: KmsKey,
  caller: Caller,
): Promise<void> {
  const { principal } = caller;
  const resource = await keyResource(ports, key, { principal });
  const context = new RequestContext(caller, ports.clock.now(), undefined, resource.conditions);
  const policies = { ...principal.policies, resource: [keyPolicy(ports, key, key.policy)] };
  const request = { principal, action, resource, context };
  if (evaluate(request, policies, { grants: "resource-required" }).allowed) return;
  throw new RegistryError(
    "MalformedPolicyDocument",
    "The new key policy will not allow you to update the key policy in the future.",
  );
}
