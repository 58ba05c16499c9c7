/** The private gallery, and approvals for environments. */
import type { approveRequest } from "../../../src/operations/entrepot/approve-request.ts";
import type { getGalleryEntry } from "../../../src/operations/entrepot/get-gallery-entry.ts";
import type { listApprovalRequests } from "../../../src/operations/entrepot/list-approval-requests.ts";
import type { listEnvironments } from "../../../src/operations/entrepot/list-environments.ts";
import type { listGalleryEntries } from "../../../src/operations/entrepot/list-gallery-entries.ts";
import type { listGallerySubscriptions } from "../../../src/operations/entrepot/list-gallery-subscriptions.ts";
import type { putGalleryEntry } from "../../../src/operations/entrepot/put-gallery-entry.ts";
import type { requestApproval } from "../../../src/operations/entrepot/request-approval.ts";
import { type AnswerOf, ask } from "./own.ts";

export type Entry = AnswerOf<typeof listGalleryEntries>["entries"][number];
export type Version = AnswerOf<typeof getGalleryEntry>["versions"][number];
export type ApprovalRequest = AnswerOf<typeof listApprovalRequests>["requests"][number];

export type Environment = AnswerOf<typeof listEnvironments>["environments"][number];

export const requestStates = ["PENDING", "APPROVED", "REJECTED", "WITHDRAWN", "EXPIRED"] as const;

export function listEntries(
  category: string,
  token: { nextToken?: string },
  signal: AbortSignal,
): Promise<AnswerOf<typeof listGalleryEntries>> {
  const input = { ...(category !== "" && { category }), maxResults: 50, ...token };
  return ask("ListGalleryEntries", input, signal);
}

export function getEntry(
  registryId: string | undefined,
  repositoryName: string,
  signal: AbortSignal,
): Promise<AnswerOf<typeof getGalleryEntry>> {
  const input = { ...(registryId !== undefined && { registryId }), repositoryName };
  return ask("GetGalleryEntry", input, signal);
}

/** What people write of an entry. */
export interface EntryInput {
  readonly repositoryName: string;
  readonly title: string;
  readonly owner: string;
  readonly purpose: string;
  readonly contact?: string;
  readonly documentation?: string;
  readonly categories: readonly string[];
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export function putEntry(input: EntryInput): Promise<AnswerOf<typeof putGalleryEntry>> {
  return ask("PutGalleryEntry", input);
}

export async function environments(signal: AbortSignal) {
  return (await ask("ListEnvironments", {}, signal)).environments;
}

export function listRequests(
  repositoryName: string | undefined,
  state: string,
  token: { nextToken?: string },
  signal: AbortSignal,
): Promise<AnswerOf<typeof listApprovalRequests>> {
  const input = { ...(repositoryName !== undefined && { repositoryName }), state, ...token };
  return ask("ListApprovalRequests", input, signal);
}

export interface ApprovalInput {
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly environment: string;
  readonly comment: string;
}

export function request(input: ApprovalInput): Promise<AnswerOf<typeof requestApproval>> {
  return ask("RequestApproval", input);
}

export type Verdict = "approve" | "reject";
export const verdictOperations = { approve: "ApproveRequest", reject: "RejectRequest" } as const;

export interface VerdictInput {
  readonly repositoryName: string;
  readonly requestId: string;
  /** What is decided about: a reviewer says which image was looked at. */
  readonly imageDigest: string;
  readonly comment: string;
}

export function decideRequest(
  verdict: Verdict,
  input: VerdictInput,
): Promise<AnswerOf<typeof approveRequest>> {
  return ask(verdictOperations[verdict], input);
}

/** What tells an entry from all others of the region. */
export interface EntryName {
  readonly registryId: string;
  readonly repositoryName: string;
}

export type Subscription = AnswerOf<typeof listGallerySubscriptions>["subscriptions"][number];

/** All of this account's: there are few. */
export async function listSubscriptions(signal: AbortSignal): Promise<readonly Subscription[]> {
  const all: Subscription[] = [];
  let token: { nextToken?: string } = {};
  do {
    const page = await ask("ListGallerySubscriptions", { maxResults: 1_000, ...token }, signal);
    all.push(...page.subscriptions);
    token = page.nextToken === undefined ? {} : { nextToken: page.nextToken };
  } while (token.nextToken !== undefined);
  return all;
}

export function subscribe({ registryId, repositoryName }: EntryName): Promise<object> {
  return ask("SubscribeToGalleryEntry", { registryId, repositoryName });
}

export function unsubscribe({ registryId, repositoryName }: EntryName): Promise<object> {
  return ask("UnsubscribeFromGalleryEntry", { registryId, repositoryName });
}

/** Documents of YAML of all entries; empty where there are none. */
export async function exportEntries(category: string, signal: AbortSignal): Promise<string> {
  let text = "";
  let token: { nextToken?: string } = {};
  do {
    const input = { ...(category !== "" && { category }), ...token };
    const page = await ask("ExportGalleryEntries", input, signal);
    text += page.text;
    token = page.nextToken === undefined ? {} : { nextToken: page.nextToken };
  } while (token.nextToken !== undefined);
  return text;
}
