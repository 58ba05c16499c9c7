import type { Caller } from "../registry/identity/principal.ts";
import { requireUsable } from "../registry/identity/session-uses.ts";
import { type Resource, requireAllowed } from "../registry/policy/authorize.ts";
import { RequestContext } from "../registry/policy/request-context.ts";
import type { Environment, InputConditions, Operation } from "./operation.ts";
import { parameterError } from "./parameter-error.ts";

/** Told once for each operation that was asked, whatever became of it. */
export interface Observer {
  /** Before anything is done: the client may be gone before the operation has ended. */
  began?(event: { operation: string; caller: Caller }): void;
  performed(event: {
    operation: string;
    caller: Caller;
    resource: string | undefined;
    startedAt: number;
    error: unknown;
  }): void;
}

/**
 * The one way into an operation: decodes and checks the input, asks `authorize`, runs the handler,
 * and tells the observer.
 * @throws RegistryError InvalidParameter for input that breaks the model; AccessDenied; and what the
 * operation's own `errors` list.
 */
export async function perform(
  environment: Environment & { readonly observer: Observer },
  operation: Operation,
  rawInput: unknown,
  caller: Caller,
): Promise<unknown> {
  const startedAt = environment.ports.clock.now();
  environment.observer.began?.({ operation: operation.name, caller });
  let resource: string | undefined;
  let failure: unknown;
  try {
    requireUsable(caller.principal.session, operation);
    const parsed = operation.input.safeParse(rawInput, { reportInput: true });
    if (!parsed.success) throw parameterError(parsed.error, operation.service);
    const target = await operation.resource(parsed.data, caller, environment);
    resource = target.arn;
    const furtherTargets: Resource[] = [];
    if (operation.action !== null) {
      const { principal } = caller;
      const conditions = conditionsOf(operation.conditions(parsed.data));
      const context = new RequestContext(caller, startedAt, conditions);
      await requireAllowed(environment.ports, principal, operation.action, target, context);
      const furtherActions = await operation.further(parsed.data, caller, environment, target);
      for (const { action, resource: on } of furtherActions) {
        await requireAllowed(environment.ports, principal, action, on, context);
        furtherTargets.push(on);
      }
    }
    const ports = { ...environment.ports, onBehalfOf: caller };
    const given = { ...environment, ports, caller, target, furtherTargets };
    return await operation.handle(parsed.data, given);
  } catch (error) {
    failure = error;
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

/** Policies name keys in any case. */
function conditionsOf(conditions: InputConditions): Map<string, string | readonly string[]> {
  const values = new Map<string, string | readonly string[]>();
  for (const [key, value] of Object.entries(conditions)) {
    if (value !== undefined) values.set(key.toLowerCase(), value);
  }
  return values;
}
