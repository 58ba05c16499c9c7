import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { registryKey } from "../identity/access-memory.ts";
import { rootArn } from "../identity/principal.ts";
import { toShownPrincipals, toStoredPrincipals } from "../identity/stored-principals.ts";
import type { AccountId, Registry } from "../names.ts";
import type { Resource } from "../policy/authorize.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import type { Attached } from "../policy/policy-request.ts";
import { busArn } from "./rule.ts";

type Needed = Pick<Ports, "metadata" | "memory">;

/** One statement that lets an account, or everyone, put events. Source: EventBridge, PutPermission. */
export interface WantedPermission {
  readonly statementId: string;
  /** "*": everyone. */
  readonly principal: AccountId | "*";
  readonly condition:
    | { readonly type: "StringEquals"; readonly key: "aws:PrincipalOrgID"; readonly value: string }
    | undefined;
}

/** A bus with what its policy says: in a request for it, the policy has a say. */
export async function busResource(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  registry: Registry,
): Promise<Resource> {
  const { eventBuses } = ports.memory.access;
  const policies = await eventBuses.get(ports.clock, registryKey(registry), () =>
    readPolicy(ports, registry),
  );
  return { arn: busArn(registry), account: registry.account, policies };
}

async function readPolicy({ metadata, memory }: Needed, registry: Registry): Promise<Attached[]> {
  const document = await metadata.eventBuses.policy(registry);
  if (document === undefined) return [];
  const compiled = memory.access.documents.compile("event-bus", document);
  const source = `policy of event bus ${busArn(registry)}`;
  return [{ source, type: "event bus policy", compiled }];
}

/** The bus's policy as people read it; `undefined` where it has none. */
export async function shownBusPolicy(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<string | undefined> {
  const stored = await ports.metadata.eventBuses.policy(registry);
  return stored === undefined ? undefined : toShownPrincipals(ports, stored);
}

/** Puts a whole policy in the place of what there was. @throws Validation, PolicyLengthExceeded */
export async function putBusPolicy(ports: Needed, registry: Registry, text: string): Promise<void> {
  checkBusPolicy(text);
  const stored = await toStoredPrincipals(ports, { text });
  if (stored.text === undefined) throw invalidPolicy(`no such principal: ${stored.unknown}`);
  const document = stored.text;
  await changePolicy(ports, registry, async ({ eventBuses }) => {
    await eventBuses.putPolicy(registry, document);
  });
}

/** Adds a statement, or puts it in the place of the one with its id. @throws PolicyLengthExceeded */
export function putPermission(
  ports: Needed,
  registry: Registry,
  { statementId, principal, condition }: WantedPermission,
): Promise<void> {
  const statement = {
    ...{ Sid: statementId, Effect: "Allow" },
    Principal: principal === "*" ? "*" : { AWS: rootArn(principal) },
    ...{ Action: "events:PutEvents", Resource: busArn(registry) },
    ...(condition && { Condition: { [condition.type]: { [condition.key]: condition.value } } }),
  };
  return changePolicy(ports, registry, async ({ eventBuses }) => {
    const { document, statements } = opened(await eventBuses.policy(registry));
    const others = statements.filter(({ Sid }) => Sid !== statementId);
    const text = JSON.stringify({ ...document, Statement: [...others, statement] });
    checkBusPolicy(text);
    await eventBuses.putPolicy(registry, text);
  });
}

/** Takes a statement away, or all. @throws ResourceNotFound where there is none of that id */
export function removePermission(
  ports: Needed,
  registry: Registry,
  statementId: string | undefined,
): Promise<void> {
  return changePolicy(ports, registry, async ({ eventBuses }) => {
    const stored = await eventBuses.policy(registry);
    if (stored === undefined) {
      throw new RegistryError("ResourceNotFound", "EventBus does not have a policy.");
    }
    const { document, statements } = opened(stored);
    const others = statements.filter(({ Sid }) => Sid !== statementId);
    if (statementId === undefined || (others.length === 0 && statements.length > 0)) {
      await eventBuses.removePolicy(registry);
      return;
    }
    if (others.length === statements.length) {
      const sentence = `Statement with the provided id does not exist: ${statementId}`;
      throw new RegistryError("ResourceNotFound", sentence);
    }
    await eventBuses.putPolicy(registry, JSON.stringify({ ...document, Statement: others }));
  });
}

/** Changes of one bus's policy come one after the other. */
async function changePolicy(
  { metadata, memory }: Needed,
  registry: Registry,
  work: (change: MetadataChange) => Promise<void>,
): Promise<void> {
  await metadata.transaction(async (change) => {
    await change.repositories.lockCount(registry);
    await work(change);
  });
  memory.access.eventBuses.forget(registryKey(registry));
}

interface StatementText {
  readonly Sid?: string;
}

function opened(stored: string | undefined): {
  document: object;
  statements: readonly StatementText[];
} {
  if (stored === undefined) return { document: { Version: "2012-10-17" }, statements: [] };
  const document = JSON.parse(stored) as { Statement: StatementText | StatementText[] };
  return { document, statements: [document.Statement].flat() };
}

function checkBusPolicy(text: string): void {
  const { failure } = parsePolicy(text, "event-bus");
  if (failure === undefined) return;
  if (failure.fault !== "too-long") throw invalidPolicy(failure.sentence);
  throw new RegistryError("PolicyLengthExceeded", "The policy of the event bus is too long.");
}

function invalidPolicy(reason: string): RegistryError {
  return new RegistryError("Validation", `Parameter Policy is not valid. Reason: ${reason}`);
}
