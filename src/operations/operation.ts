import type { z } from "zod";
import type { MetadataStore } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import type { Deployment } from "../registry/deployment.ts";
import type { ErrorKind } from "../registry/errors.ts";
import type { Organization } from "../registry/identity/organization.ts";
import type { Caller } from "../registry/identity/principal.ts";
import type { Resource } from "../registry/policy/authorize.ts";

export type Service =
  | "cloudtrail"
  | "cloudwatch"
  | "ecr"
  | "ecr-public"
  | "entrepot"
  | "events"
  | "iam"
  | "inspector2"
  | "kms"
  | "organizations"
  | "secretsmanager"
  | "signer"
  | "ssm"
  | "sts";

/** IAM's access levels, for docs and policies. */
export type AccessLevel = "Read" | "Write" | "List" | "Tagging" | "Permissions management";

/** What every handler is given beside its input. */
export interface Environment {
  readonly ports: Ports;
  readonly deployment: Deployment;
  readonly organization: Organization;
  /** What goes on after an answer, and has to end before the server does. */
  readonly afterwards?: { push(work: Promise<unknown>): unknown };
}

export interface HandlerContext extends Environment {
  /** The store as it is: what is committed through it takes no record of this call along. */
  readonly unrecorded: MetadataStore;
  readonly caller: Caller;
  /** What `resource` said, and what the caller was allowed. */
  readonly target: Resource;
  /** What `further` said, in its order, and what the caller was allowed as well. */
  readonly furtherTargets: readonly Resource[];
}

/**
 * Condition keys, as IAM names them, and their values: `aws:TagKeys` and the like. Several values of
 * `ecr:ImageTag` are of several images, of which each has to be allowed (ADR-0095).
 */
export type InputConditions = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Where a service that speaks REST-JSON has an operation. Source: the `http` traits of API models. */
export interface HttpBinding {
  readonly method: "DELETE" | "GET" | "POST" | "PUT";
  /** `/tags/{resourceArn}`: what stands in braces is a member, and takes one segment. */
  readonly path: `/${string}`;
  /** Lists of texts that stand in the query, and single texts. All other members are the body's. */
  readonly queryLists?: readonly string[];
  readonly queryTexts?: readonly string[];
}

/** One more thing that the caller must be allowed to do for an operation. */
export interface FurtherAction {
  readonly action: string;
  readonly resource: Resource;
  /** What conditions are told of this one, where that is not what the operation's own are. */
  readonly conditions?: InputConditions;
}

export interface OperationDefinition<Input extends z.ZodType, Output> {
  /** Checks and defaults each member; its refusals become the service's parameter errors. */
  readonly input: Input;
  /**
   * What the caller must be allowed to act on. "*" with the caller's account where none is named.
   * May read, where the ARN is not in the input; then it must not tell what is there (I7).
   */
  resource(
    input: z.output<Input>,
    caller: Caller,
    environment: Environment,
  ): Resource | Promise<Resource>;
  /** The IAM action where it is not the operation's own name; `null`: none is needed. */
  readonly action?: string | null;
  /**
   * Actions that some inputs need as well, such as ecr:TagResource of a CreateRepository with tags.
   * `target` is what `resource` said. May read as that may.
   */
  further?(
    input: z.output<Input>,
    caller: Caller,
    environment: Environment,
    target: Resource,
  ): readonly FurtherAction[] | Promise<readonly FurtherAction[]>;
  /** What the input says to conditions of policies. */
  conditions?(input: z.output<Input>): InputConditions;
  readonly access: AccessLevel;
  /** Refusals that the API model lists; docs are made from them. */
  readonly errors: readonly ErrorKind[];
  /** Bytes of the request body, where they may be more than `limits.requestBodyBytes`. */
  readonly bodyLimitBytes?: number;
  /** Of a service that speaks REST-JSON. */
  readonly http?: HttpBinding;
  /** Whether it is for callers who have no credentials yet. It must not trust `caller.principal`. */
  readonly isAnonymous?: true;
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
  readonly access: AccessLevel;
  readonly errors: readonly ErrorKind[];
  readonly bodyLimitBytes: number | undefined;
  readonly isAnonymous: boolean;
  readonly http: HttpBinding | undefined;
  readonly input: z.ZodType;
  resource(input: unknown, caller: Caller, environment: Environment): Resource | Promise<Resource>;
  further(
    input: unknown,
    caller: Caller,
    environment: Environment,
    target: Resource,
  ): readonly FurtherAction[] | Promise<readonly FurtherAction[]>;
  conditions(input: unknown): InputConditions;
  handle(input: unknown, context: HandlerContext): Promise<unknown>;
}

/** An operation with the types of what it takes and answers, for those who call it. */
export interface Declared<Name extends Operation["name"], Input extends z.ZodType, Output>
  extends Operation {
  readonly name: Name;
  readonly input: Input;
  handle(input: unknown, context: HandlerContext): Promise<Output>;
}

/** Declares an operation. Add it to the table in `operations/index.ts`; everything else follows. */
export function operation<Name extends Operation["name"], Input extends z.ZodType, Output>(
  name: Name,
  definition: OperationDefinition<Input, Output>,
): Declared<Name, Input, Output> {
  const [service, operationName] = name.split(":") as [Service, string];
  return {
    name,
    service,
    operationName,
    action: definition.action === undefined ? name : definition.action,
    access: definition.access,
    errors: definition.errors,
    bodyLimitBytes: definition.bodyLimitBytes,
    isAnonymous: definition.isAnonymous === true,
    http: definition.http,
    input: definition.input,
    resource: definition.resource as Operation["resource"],
    further: (definition.further ?? nothingFurther) as Operation["further"],
    conditions: (definition.conditions ?? noConditions) as Operation["conditions"],
    handle: definition.handle as (input: unknown, context: HandlerContext) => Promise<Output>,
  };
}

const none: readonly FurtherAction[] = [];
const nothingFurther = () => none;
const noValues: InputConditions = {};
const noConditions = () => noValues;
