import type { Ports } from "../../ports/ports.ts";
import { requireEnvironment } from "../approvals/environments.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { addGateEvent } from "../events/gate-event.ts";
import type { Registry } from "../names.ts";
import { checkCondition } from "./finding-condition.ts";
import type { Gate, GateRule } from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";
import { judgeAllAgain } from "./request-judgement.ts";

type GatePorts = Pick<Ports, "metadata" | "clock">;

/**
 * Puts a gate, or another rule in its place. What is pushed from then on meets it at once; what is there
 * already is judged by it in the background, and the gate says when that is done.
 * @throws InvalidParameter for a rule that does nothing, or that can not be meant
 * @throws ResourceNotFound for one that asks for approvals for an environment that there is not
 * @throws LimitExceeded when the registry has as many gates as it may have
 */
export async function putGate(
  { metadata, clock }: GatePorts,
  registry: Registry,
  name: string,
  rule: GateRule,
): Promise<Gate> {
  checkRule(rule);
  return metadata.transaction(async (change) => {
    const now = clock.now();
    if (rule.requireApproval !== undefined) {
      // Whoever takes an environment away waits, or has done so.
      await change.repositories.lockCount(registry);
      await requireEnvironment(change, registry, rule.requireApproval);
    }
    // First, since whoever puts another gate waits for it.
    await judgeAllAgain(change, registry, now);
    const gates = await change.gates.list(registry);
    const before = gates.find((gate) => gate.name === name);
    if (before === undefined && gates.length >= gateLimits.gates) {
      throw new RegistryError(
        "LimitExceeded",
        `The registry with id '${registry.account}' can not have more than ${gateLimits.gates} gates`,
      );
    }
    const createdAt = before?.createdAt ?? now;
    const gate: Gate = { registry, name, rule, createdAt, updatedAt: now, appliedAt: undefined };
    await change.gates.put(gate);
    await addGateEvent(change, registry, { action: "PUT", gate: name, at: now });
    return gate;
  });
}

/**
 * Removes a gate. What it alone holds back can be pulled when it has been judged again.
 * @throws ResourceNotFound when there is none of that name
 */
export async function deleteGate(
  { metadata, clock }: GatePorts,
  registry: Registry,
  name: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    const now = clock.now();
    await judgeAllAgain(change, registry, now);
    if (!(await change.gates.remove(registry, name))) throw gateNotFound(name);
    await addGateEvent(change, registry, { action: "DELETE", gate: name, at: now });
  });
}

/** @throws ResourceNotFound */
export async function getGate(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  name: string,
): Promise<Gate> {
  const gate = await metadata.gates.find(registry, name);
  if (gate === undefined) throw gateNotFound(name);
  return gate;
}

function checkRule(rule: GateRule): void {
  for (const condition of rule.blockWhen) checkCondition(condition);
  const blocks = blocksFindings(rule);
  const { requireScan, requireReview, requireApproval, signedBy } = rule;
  const requires = requireScan || requireReview || requireApproval !== undefined;
  if (!blocks && !requires && signedBy.length === 0) {
    const sentence =
      "a gate requires a scan, a review, an approval or a signature, or blocks some findings";
    throw invalidParameter("gate", sentence);
  }
  if (!blocks && (rule.onlyFixable || rule.graceDays > 0)) {
    const sentence = "onlyFixable and graceDays go with what blocks findings";
    throw invalidParameter("gate", sentence);
  }
}

/** Whether findings of any kind block by the rule. */
export function blocksFindings(rule: GateRule): boolean {
  const { blockAtSeverity, blockAtPriority, blockKnownExploited, blockWhen } = rule;
  return (
    blockAtSeverity !== undefined ||
    blockAtPriority !== undefined ||
    blockKnownExploited ||
    blockWhen.length > 0
  );
}

function gateNotFound(name: string): RegistryError {
  return new RegistryError("ResourceNotFound", `There is no gate with the name '${name}'`);
}
