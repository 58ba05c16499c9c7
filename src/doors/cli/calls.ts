/** What can be asked of a server, as the SDKs and our own operations declare it. */
import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import type * as ecr from "@aws-sdk/client-ecr";
import type * as ecrPublic from "@aws-sdk/client-ecr-public";
import type * as events from "@aws-sdk/client-eventbridge";
import type * as iam from "@aws-sdk/client-iam";
import type * as kms from "@aws-sdk/client-kms";
import type * as organizations from "@aws-sdk/client-organizations";
import type * as secrets from "@aws-sdk/client-secrets-manager";
import type * as ssm from "@aws-sdk/client-ssm";
import type * as sts from "@aws-sdk/client-sts";
import type { Wire } from "../../operations/ecr/wire.ts";
import type { OwnAnswer, OwnInput, OwnName } from "../../operations/entrepot/call-types.ts";

/** By the name that a service has in IAM's actions. */
interface Sdks {
  cloudtrail: typeof cloudtrail;
  ecr: typeof ecr;
  "ecr-public": typeof ecrPublic;
  events: typeof events;
  iam: typeof iam;
  kms: typeof kms;
  organizations: typeof organizations;
  secretsmanager: typeof secrets;
  ssm: typeof ssm;
  sts: typeof sts;
}

type SdkName = {
  [Service in keyof Sdks]: OperationsOf<Service, keyof Sdks[Service]>;
}[keyof Sdks];

type OperationsOf<Service extends string, Member> = Member extends `${infer Name}Command`
  ? Name extends "$" | ""
    ? never
    : `${Service}:${Name}`
  : never;

type SdkCommand<Name extends SdkName> = Name extends `${infer Service}:${infer Asked}`
  ? Service extends keyof Sdks
    ? Instance<Sdks[Service][`${Asked}Command` & keyof Sdks[Service]]>
    : never
  : never;

type Instance<Class> = Class extends new (...input: never[]) => infer Made ? Made : never;

/** What a command of an SDK takes and answers. */
interface CommandTypes<Taken, Answered> {
  readonly input: Taken;
  resolveMiddleware(...options: never[]): (...call: never[]) => Promise<{ output: Answered }>;
}

/** `iam:ListUsers` */
export type CallName = OwnName | SdkName;

export type Input<Name extends CallName> = Name extends OwnName
  ? OwnInput<Name>
  : Name extends SdkName
    ? SdkCommand<Name> extends CommandTypes<infer Taken, unknown>
      ? Wire<Taken>
      : never
    : never;

export type Answer<Name extends CallName> = Name extends OwnName
  ? OwnAnswer<Name>
  : Name extends SdkName
    ? SdkCommand<Name> extends CommandTypes<unknown, infer Answer>
      ? Answered<Omit<Answer, "$metadata">, TimeOf<Name>>
      : never
    : never;

/** AWS Query writes times as ISO 8601, AWS JSON as seconds since the epoch. */
type TimeOf<Name extends CallName> = Name extends `${"iam" | "sts"}:${string}` ? string : number;

/** A type of the SDK as it arrives: what an answer must have is there. */
type Answered<T, Time> = T extends Date
  ? Time
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Answered<Item, Time>[]
      : T extends object
        ? { readonly [Member in keyof T]: Answered<Exclude<T[Member], undefined>, Time> }
        : T;

/** Operations that answer page by page. */
export type ListName = Extract<CallName, `${string}:List${string}`>;

/** The items of one member of a list's page. */
export type Item<Name extends ListName, Member extends keyof Answer<Name>> =
  NonNullable<Answer<Name>[Member]> extends readonly (infer Each)[] ? Each : never;
