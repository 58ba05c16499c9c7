import { RegistryError } from "../../registry/errors.ts";
import { type Entity, entityArn, parseEntityArn } from "../../registry/identity/entity.ts";
import { findEntity } from "../../registry/identity/find-entity.ts";
import { principalByArn } from "../../registry/identity/principal-by-arn.ts";
import { type AccountId, isAccountId } from "../../registry/names.ts";
import type { ConditionValues } from "../../registry/policy/condition-values.ts";
import type { PolicyPrincipal } from "../../registry/policy/policy-principal.ts";
import type { Environment } from "../operation.ts";
import type { SimulationInput } from "./simulation.ts";
import type { ContextEntry } from "./simulation-shapes.ts";

/** Who asks in a simulation, and which condition keys come with that. */
export interface SimulatedCaller {
  readonly principal: PolicyPrincipal;
  readonly conditions: ConditionValues;
}

/**
 * The user, group or role of the account whose policies are simulated.
 * @throws InvalidInput, NoSuchEntity
 */
export async function policySource(
  { ports }: Pick<Environment, "ports">,
  account: AccountId,
  arn: string,
): Promise<Entity> {
  const named = requireEntityArn(arn);
  const entity = await findEntity(ports, account, named.kind, named.name);
  if (entityArn(entity) === arn && named.account === account) return entity;
  throw new RegistryError("NoSuchEntity", `The ${named.kind} with ARN ${arn} cannot be found.`);
}

/** @throws InvalidInput in IAM's words */
export function requireEntityArn(arn: string): NonNullable<ReturnType<typeof parseEntityArn>> {
  const named = parseEntityArn(arn);
  if (named !== undefined) return named;
  throw new RegistryError(
    "InvalidInput",
    `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`,
  );
}

/** Somebody of the account of whom nothing is known. */
export function nobodyOf(account: AccountId): SimulatedCaller {
  return { principal: { type: "User", account, arn: "" }, conditions: new Map() };
}

/**
 * The user or role of that ARN as a caller, as it is where it is the account's own; else as its ARN
 * says, whether it is there or not. A group is nobody in particular: it asks for nothing itself.
 * @throws InvalidInput for what is none of them
 */
export async function callerByArn(
  { ports, organization }: Pick<Environment, "ports" | "organization">,
  account: AccountId,
  arn: string,
): Promise<SimulatedCaller> {
  const named = requireEntityArn(arn);
  if (named.kind === "group") return nobodyOf(named.account);
  const known =
    named.account === account ? await principalByArn(ports, organization, arn) : undefined;
  if (known !== undefined) {
    return { principal: known, conditions: withoutSession(known.conditions) };
  }
  const isUser = named.kind === "user";
  const conditions = new Map([
    ["aws:principalaccount", named.account as string],
    ["aws:principalarn", arn],
    ["aws:principaltype", isUser ? "User" : "AssumedRole"],
  ]);
  if (isUser) conditions.set("aws:username", named.name);
  const principal: PolicyPrincipal = isUser
    ? { type: "User", account: named.account, arn }
    : { type: "AssumedRole", account: named.account, arn: "", roleArn: arn };
  return { principal, conditions };
}

/** Nobody has assumed the role of a simulation: there is no session to tell of. */
function withoutSession(conditions: ConditionValues): ConditionValues {
  const ofSession = new Set(["aws:tokenissuetime", "aws:userid"]);
  const isSession = conditions.get("aws:tokenissuetime") !== undefined;
  return {
    get: (key) => (isSession && ofSession.has(key) ? undefined : conditions.get(key)),
  };
}

/** What the request says of the context, and behind that what is known of the caller. */
export function simulatedContext(
  entries: readonly ContextEntry[],
  known: ConditionValues,
): ConditionValues {
  const given = new Map(
    entries.map(({ ContextKeyName, ContextKeyType, ContextKeyValues: values }) => {
      const isList = ContextKeyType?.endsWith("List") === true || values.length !== 1;
      return [ContextKeyName.toLowerCase(), isList ? values : (values[0] ?? "")] as const;
    }),
  );
  return { get: (key) => given.get(key) ?? known.get(key) };
}

/**
 * Refuses what no simulation here can make anything of.
 * @throws InvalidInput
 */
export function checkSimulation(input: SimulationInput): void {
  for (const action of input.ActionNames) {
    if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action)) {
      throw new RegistryError("InvalidInput", `Invalid Action: ${action} is not an action name.`);
    }
  }
  if (input.ResourceHandlingOption !== undefined) {
    throw new RegistryError(
      "InvalidInput",
      "ResourceHandlingOption is for simulations of Amazon EC2 alone.",
    );
  }
}

/**
 * The account that owns what does not name its owner.
 * @throws InvalidInput
 */
export function resourceOwner(input: SimulationInput, { principal }: SimulatedCaller): string {
  if (input.ResourceOwner === undefined) return principal.account ?? "";
  const [, account = ""] =
    /^(?:arn:aws:iam::)?([0-9]{12})(?::root)?$/.exec(input.ResourceOwner) ?? [];
  if (isAccountId(account)) return account;
  throw new RegistryError("InvalidInput", `Invalid ResourceOwner: ${input.ResourceOwner}`);
}
