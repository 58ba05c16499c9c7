/** Repositories as the tree that the slashes in their names make. */
import type { listNamespaces as operation } from "../../../src/operations/entrepot/list-namespaces.ts";
import { type AnswerOf, ask } from "./own.ts";
import type { ListRequest } from "./search.ts";

export type NamespacePage = AnswerOf<typeof operation>;
export type NamespaceEntry = NamespacePage["entries"][number];

export function listNamespaces(
  input: ListRequest & { readonly prefix: string },
  signal: AbortSignal,
): Promise<NamespacePage> {
  return ask("ListNamespaces", input, signal);
}
