import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Deployment } from "../deployment.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { addEnvironmentEvent } from "../events/approval-event.ts";
import type { Registry } from "../names.ts";
import { isSameRegistry } from "../replication/replication-configuration.ts";
import type { Environment, EnvironmentRule, OtherRegistry } from "./approval.ts";
import { approvalLimits } from "./approval-limits.ts";

/**
 * Puts an environment, or another rule in its place: decisions from then on go by it. What is approved
 * already stays so.
 * @param by the ARN of who does so
 * @throws InvalidParameter for a rule that nobody could keep
 * @throws LimitExceeded when the registry has as many as it may have
 */
export function putEnvironment(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: string,
  rule: EnvironmentRule,
  by: string,
  deployment: Pick<Deployment, "regions">,
): Promise<Environment> {
  checkRule(rule);
  checkRegistries(registry, rule, deployment);
  return metadata.transaction(async (change) => {
    // Whoever puts another one waits for it.
    await change.repositories.lockCount(registry);
    const environments = await change.approvals.environments(registry);
    const before = environments.find((each) => each.name === name);
    if (before === undefined && environments.length >= approvalLimits.environments) {
      const sentence = `A registry can not have more than ${approvalLimits.environments} environments`;
      throw new RegistryError("LimitExceeded", sentence);
    }
    const at = clock.now();
    const createdAt = before?.createdAt ?? at;
    const environment: Environment = { registry, name, rule, createdAt, updatedAt: at };
    await change.approvals.putEnvironment(environment);
    await addEnvironmentEvent(change, registry, { action: "PUT", environment: name, by, at });
    return environment;
  });
}

function checkRule({ approvals, reviewers, promote }: EnvironmentRule): void {
  if (reviewers.length > 0 && reviewers.length < approvals) {
    throw invalidParameter("approvals", "there must be as many reviewers as approvals are needed");
  }
  if (new Set(reviewers).size < reviewers.length) {
    throw invalidParameter("reviewers", "a reviewer must be there once");
  }
  const stars = promote.repository?.split("*").length ?? 1;
  if (stars > 2) throw invalidParameter("promote", "a repository may have one '*'");
}

/** What the environment names is another registry, and one of this deployment. */
function checkRegistries(
  registry: Registry,
  { promote: { destination }, acceptFrom = [] }: EnvironmentRule,
  { regions }: Pick<Deployment, "regions">,
): void {
  const named: readonly (readonly [string, OtherRegistry])[] = [
    ...(destination === undefined ? [] : [["promote", destination] as const]),
    ...acceptFrom.map((each) => ["acceptFrom", each] as const),
  ];
  for (const [member, { registryId: account, region }] of named) {
    if (isSameRegistry({ account, region }, registry)) {
      throw invalidParameter(member, "the registry itself need not be named");
    }
    if (!regions.includes(region)) {
      throw invalidParameter(member, `the region '${region}' is not served here`);
    }
  }
}

/**
 * Removes an environment. Requests for it can be decided no more; what is approved stays so.
 * @throws ResourceNotFound
 * @throws InvalidParameter while a gate asks for what is approved for it
 */
export function deleteEnvironment(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: string,
  by: string,
): Promise<void> {
  return metadata.transaction(async (change) => {
    await change.repositories.lockCount(registry);
    const gates = await change.gates.list(registry);
    const gate = gates.find(({ rule }) => rule.requireApproval === name);
    if (gate !== undefined) {
      throw invalidParameter("environment", `the gate '${gate.name}' asks for its approvals`);
    }
    if (!(await change.approvals.removeEnvironment(registry, name))) {
      throw environmentNotFound(name);
    }
    const told = { action: "DELETE" as const, environment: name, by, at: clock.now() };
    await addEnvironmentEvent(change, registry, told);
  });
}

/** @throws ResourceNotFound */
export async function requireEnvironment(
  { approvals }: Pick<MetadataReads, "approvals">,
  registry: Registry,
  name: string,
): Promise<Environment> {
  const environment = await approvals.environment(registry, name);
  if (environment === undefined) throw environmentNotFound(name);
  return environment;
}

function environmentNotFound(name: string): RegistryError {
  return new RegistryError("ResourceNotFound", `There is no environment with the name '${name}'`);
}
