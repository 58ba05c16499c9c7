import type { z } from "zod";
import type { Ports } from "../ports/ports.ts";
import type { Deployment } from "../registry/deployment.ts";
import type { ErrorKind } from "../registry/errors.ts";
import type { Caller } from "../registry/identity/principal.ts";
import type { Resource } from "../registry/policy/authorize.ts";

export type Service = "ecr" | "entrepot" | "sts";

/** What every handler is given beside its input. */
export interface Environment {
  readonly ports: Ports;
  readonly deployment: Deployment;
}

export interface HandlerContext extends Environment {
  readonly caller: Caller;
}

export interface OperationDefinition<Input extends z.ZodType, Output> {
  /** Checks and defaults each member; its refusals become ECR's parameter errors. */
  readonly input: Input;
  /** What the caller must be allowed to act on. "*" with the registry's account where none is named. */
  resource(input: z.output<Input>, caller: Caller, deployment: Deployment): Resource;
  /** The IAM action where it is not the operation's own name; `undefined` name: none is needed. */
  readonly action?: string | null;
  /** IAM's access level, for docs and policies. */
  readonly access: "Read" | "Write" | "List" | "Tagging";
  /** Refusals that the API model lists; docs are made from them. */
  readonly errors: readonly ErrorKind[];
  /** Bytes of the request body, where they may be more than `limits.requestBodyBytes`. */
  readonly bodyLimitBytes?: number;
  handle(input: z.output<Input>, context: HandlerContext): Promise<Output>;
}

/** One thing that a caller can ask, with everything that routing, guarding and docs derive from. */
export interface Operation {
  /** `ecr:CreateRepository`: service and operation, and by default the permission. */
  readonly name: `${Service}:${string}`;
  readonly service: Service;
  /** `CreateRepository`. */
  readonly operationName: string;
  readonly action: string | null;
  readonly access: "Read" | "Write" | "List" | "Tagging";
  readonly errors: readonly ErrorKind[];
  readonly bodyLimitBytes: number | undefined;
  readonly input: z.ZodType;
  resource(input: unknown, caller: Caller, deployment: Deployment): Resource;
  handle(input: unknown, context: HandlerContext): Promise<unknown>;
}

/** Declares an operation. Add it to the table in `operations/index.ts`; everything else follows. */
export function operation<Input extends z.ZodType, Output>(
  name: `${Service}:${string}`,
  definition: OperationDefinition<Input, Output>,
): Operation & { handle(input: unknown, context: HandlerContext): Promise<Output> } {
  const [service, operationName] = name.split(":") as [Service, string];
  return {
    name,
    service,
    operationName,
    action: definition.action === undefined ? name : definition.action,
    access: definition.access,
    errors: definition.errors,
    bodyLimitBytes: definition.bodyLimitBytes,
    input: definition.input,
    resource: definition.resource as Operation["resource"],
    handle: definition.handle as (input: unknown, context: HandlerContext) => Promise<Output>,
  };
}
