/** Operations of Entrepot's own, with the types of answers that the server declares. */
import type { Operation } from "../../../src/operations/operation.ts";
import { call } from "./call.ts";

export type AnswerOf<Asked extends Operation> = Awaited<ReturnType<Asked["handle"]>>;

/** @throws ApiError */
export function ask<Asked extends Operation>(
  operation: string,
  input: object,
  signal?: AbortSignal,
): Promise<AnswerOf<Asked>> {
  return call<AnswerOf<Asked>>("entrepot", operation, input, signal);
}
