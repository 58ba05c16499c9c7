/** Operations of Entrepot's own, with the types that the server declares. */
import type { OwnAnswer, OwnInput, OwnName } from "../../../src/operations/entrepot/call-types.ts";
import type { Operation } from "../../../src/operations/operation.ts";
import { call } from "./call.ts";

export type AnswerOf<Asked extends Operation> = Awaited<ReturnType<Asked["handle"]>>;

/** `PutGate` */
type Asked = OwnName extends `entrepot:${infer Name}` ? Name : never;

/**
 * With any word where only some are taken: words come from addresses and choices, and the server says
 * which it does not take.
 */
type Worded<Input> = Input extends string
  ? string
  : Input extends readonly (infer Item)[]
    ? readonly Worded<Item>[]
    : Input extends object
      ? { readonly [Member in keyof Input]: Worded<Input[Member]> }
      : Input;

export type InputOf<Name extends Asked> = Worded<OwnInput<`entrepot:${Name}`>>;

/** @throws ApiError */
export function ask<Name extends Asked>(
  operation: Name,
  input: InputOf<Name>,
  signal?: AbortSignal,
): Promise<OwnAnswer<`entrepot:${Name}`>> {
  return call<OwnAnswer<`entrepot:${Name}`>>("entrepot", operation, input, signal);
}
