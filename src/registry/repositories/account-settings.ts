import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";

interface SettingRule {
  readonly values: readonly string[];
  readonly initial: string;
}

// Source: ECR API, PutAccountSetting.
const rules: ReadonlyMap<string, SettingRule> = new Map([
  ["BASIC_SCAN_TYPE_VERSION", { values: ["AWS_NATIVE"], initial: "AWS_NATIVE" }],
  ["REGISTRY_POLICY_SCOPE", { values: ["V1", "V2"], initial: "V2" }],
  // Differs from ECR: mounting is on unless it is switched off (docs/differences.md).
  ["BLOB_MOUNTING", { values: ["ENABLED", "DISABLED"], initial: "ENABLED" }],
]);

export interface AccountSetting {
  readonly name: string;
  readonly value: string;
}

/**
 * The setting of this account and region, or what it is until somebody sets it.
 * @throws Validation for a name that ECR does not have
 */
export async function getAccountSetting(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  name: string,
): Promise<AccountSetting> {
  const rule = ruleOf(name);
  return { name, value: (await ports.metadata.settings.find(registry, name)) ?? rule.initial };
}

/** @throws Validation for a name or value that ECR does not have */
export async function putAccountSetting(
  ports: Pick<Ports, "metadata" | "memory">,
  registry: Registry,
  name: string,
  value: string,
): Promise<AccountSetting> {
  const rule = ruleOf(name);
  if (!rule.values.includes(value)) {
    throw new RegistryError(
      "Validation",
      `Invalid value '${value}' for the account setting '${name}'. Valid values: [${rule.values.join(", ")}]`,
    );
  }
  await ports.metadata.transaction((change) => change.settings.put(registry, name, value));
  ports.memory.access.forgetRegistry(registry); // Whether its policy is in force may depend on it.
  return { name, value };
}

function ruleOf(name: string): SettingRule {
  const rule = rules.get(name);
  if (rule !== undefined) return rule;
  throw new RegistryError(
    "Validation",
    `Unknown account setting '${name}'. Valid names: [${[...rules.keys()].join(", ")}]`,
  );
}
