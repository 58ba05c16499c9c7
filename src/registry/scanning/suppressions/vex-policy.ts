import type { Ports } from "../../../ports/ports.ts";
import { judgeAllAgain } from "../../gates/request-judgement.ts";
import type { Registry } from "../../names.ts";

export const attachedVexCounts = ["VOUCHED", "ALL", "NONE"] as const;

/** What a registry makes of VEX documents of others. */
export interface VexPolicy {
  /**
   * Which of those that are attached to images count: what somebody pushed who might have imported it,
   * all that anybody pushed, or none.
   */
  readonly attachedDocuments: (typeof attachedVexCounts)[number];
}

/** A registry's until one is put: who may push may not suppress by that alone. See ADR 0055. */
const initial: VexPolicy = { attachedDocuments: "VOUCHED" };

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "vex policy";

export async function vexPolicy(
  { metadata }: { readonly metadata: Pick<Ports["metadata"], "settings"> },
  registry: Registry,
): Promise<VexPolicy> {
  const text = await metadata.settings.find(registry, settingName);
  return text === undefined ? initial : (JSON.parse(text) as VexPolicy);
}

/** From now on, also of what is attached already. */
export async function putVexPolicy(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  policy: VexPolicy,
): Promise<void> {
  await metadata.transaction(async (change) => {
    await change.settings.put(registry, settingName, JSON.stringify(policy));
    await judgeAllAgain(change, registry, clock.now());
  });
}
