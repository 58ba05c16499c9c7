import { auditError, type NameError } from "../registry/audit/audit-error.ts";
import type { Caller } from "../registry/identity/principal.ts";
import { requireUsable } from "../registry/identity/session-uses.ts";
import { type Resource, requireAllowed } from "../registry/policy/authorize.ts";
import { RequestContext } from "../registry/policy/request-context.ts";
import { beginCall, endCall, learnInput } from "./audit-call.ts";
import type { Environment, InputConditions, Operation } from "./operation.ts";
import { parameterError } from "./parameter-error.ts";

/** Told once for each operation that was asked, whatever became of it. */
export interface Observer {
  /** Before anything is done: the client may be gone before the operation has ended. */
  began?(event: { operation: string; caller: Caller }): void;
  /** Runs a part of what is done; absent where nobody traces it. */
  step?<T>(name: string, work: () => Promise<T>): Promise<T>;
  performed(event: {
    operation: string;
    caller: Caller;
    resource: string | undefined;
    startedAt: number;
    error: unknown;
  }): void;
}

/** Runs a part of what is done so that a trace tells of it, if there is one. */
export function inStep<T>(observer: Observer, name: string, work: () => Promise<T>): Promise<T> {
  return observer.step === undefined ? work() : observer.step(name, work);
}

/**
 * The one way into an operation: decodes and checks the input, asks `authorize`, runs the handler,
 * leaves one record in the audit trail, and tells the observer.
 * @throws RegistryError InvalidParameter for input that breaks the model; AccessDenied; and what the
 * operation's own `errors` list.
 */
export async function perform(
  environment: Environment & { readonly observer: Observer; readonly nameError?: NameError },
  operation: Operation,
  rawInput: unknown,
  caller: Caller,
): Promise<unknown> {
  const startedAt = environment.ports.clock.now();
  environment.observer.began?.({ operation: operation.name, caller });
  const audit = beginCall(environment, operation, caller);
  let resource: string | undefined;
  let failure: unknown;
  try {
    requireUsable(caller.principal.session, operation);
    const parsed = operation.input.safeParse(rawInput, { reportInput: true });
    if (!parsed.success) throw parameterError(parsed.error, operation.service);
    learnInput(audit, operation, parsed.data);
    const target = await operation.resource(parsed.data, caller, environment);
    resource = target.arn;
    audit.learn({ resource: target });
    const { observer } = environment;
    const furtherTargets = await inStep(observer, "authorize", () =>
      requireOperation(environment, operation, parsed.data, caller, target, startedAt),
    );
    const unrecorded = environment.ports.metadata;
    const metadata = audit.over(unrecorded);
    const ports = { ...environment.ports, metadata, onBehalfOf: caller };
    const given = { ...environment, ports, unrecorded, caller, target, furtherTargets };
    const handling = () => operation.handle(parsed.data, given);
    const answer = await inStep(observer, operation.name, handling);
    endCall(audit, operation, answer);
    return answer;
  } catch (error) {
    failure = error;
    audit.end(auditError(error, environment.nameError));
    throw error;
  } finally {
    environment.observer.performed({
      operation: operation.name,
      caller,
      resource,
      startedAt,
      error: failure,
    });
  }
}

/**
 * That the caller may do all that the operation takes. Resolves to what it acts on beside the target.
 * @throws AccessDenied
 */
async function requireOperation(
  environment: Environment,
  operation: Operation,
  input: unknown,
  caller: Caller,
  target: Resource,
  startedAt: number,
): Promise<readonly Resource[]> {
  if (operation.action === null) return [];
  const { principal } = caller;
  const conditions = conditionsOf(operation.conditions(input));
  const context = new RequestContext(caller, startedAt, conditions);
  await requireAllowed(environment.ports, principal, operation.action, target, context);
  const furtherActions = await operation.further(input, caller, environment, target);
  for (const { action, resource, conditions: own } of furtherActions) {
    const asked = own === undefined ? context : context.forAction(conditionsOf(own));
    await requireAllowed(environment.ports, principal, action, resource, asked);
  }
  return furtherActions.map(({ resource }) => resource);
}

/** Policies name keys in any case. */
function conditionsOf(conditions: InputConditions): Map<string, string | readonly string[]> {
  const values = new Map<string, string | readonly string[]>();
  for (const [key, value] of Object.entries(conditions)) {
    if (value !== undefined) values.set(key.toLowerCase(), value);
  }
  return values;
}
