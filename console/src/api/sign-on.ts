/** Signing in by an identity provider, and what administrators say of it. */
import type { listConsoleSignOns } from "../../../src/operations/entrepot/list-console-sign-ons.ts";
import type { listRoleGrants } from "../../../src/operations/entrepot/list-role-grants.ts";
import type { getOpenIDConnectProvider } from "../../../src/operations/iam/get-open-id-connect-provider.ts";
import type { listOpenIDConnectProviders } from "../../../src/operations/iam/list-open-id-connect-providers.ts";
import { call } from "./call.ts";
import { type AnswerOf, ask } from "./own.ts";
import { asked, enter, isAfterSignOut, type SignedIn } from "./session.ts";

const path = "/console/session/sign-on";
/** Where to go once somebody is back: a place of the console, and no secret. */
const placeKey = "entrepot-sign-on-place";

export interface SignOnButton {
  /** The provider's URL without scheme. */
  readonly provider: string;
  readonly label: string;
}

export interface RoleChoice {
  readonly roles: readonly {
    readonly arn: string;
    readonly name: string;
    readonly description: string;
  }[];
  readonly ticket: string;
}

export async function signOnButtons(account: string, signal: AbortSignal): Promise<SignOnButton[]> {
  const query = new URLSearchParams({ account });
  const answer = await asked(fetch(`${path}?${query}`, { cache: "no-store", signal }));
  return (answer as { signOns: SignOnButton[] }).signOns;
}

/** Where the provider asks who somebody is. @throws ApiError */
export async function beginSignOn(account: string, provider: string): Promise<URL> {
  const answer = await post("begin", { account, provider, isFresh: isAfterSignOut() });
  const url = new URL((answer as { url: string }).url);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new Error("No URL to go to.");
  return url;
}

/** The query of the sign-in page that asked: which place somebody wanted to see. */
export function keepPlace(search: string): void {
  sessionStorage.setItem(placeKey, search);
}

export function keptPlace(): string {
  return sessionStorage.getItem(placeKey) ?? "";
}

/** What the provider sent somebody back with; signs them in, or says between which roles they choose. */
export async function completeSignOn(back: URLSearchParams): Promise<RoleChoice | undefined> {
  const answer = await post("complete", Object.fromEntries(back));
  if ("ticket" in answer) return answer as RoleChoice;
  enter(answer as SignedIn);
  return undefined;
}

export async function takeRole(ticket: string, roleArn: string): Promise<void> {
  enter((await post("role", { ticket, roleArn })) as SignedIn);
}

async function post(step: string, body: object): Promise<object> {
  const headers = { "content-type": "application/json" };
  const sent = fetch(`${path}/${step}`, { method: "POST", headers, body: JSON.stringify(body) });
  return (await asked(sent)) as object;
}

export type SignOn = AnswerOf<typeof listConsoleSignOns>["signOns"][number];
export type GrantedRole = AnswerOf<typeof listRoleGrants>["roles"][number];

export async function listSignOns(signal: AbortSignal): Promise<readonly SignOn[]> {
  return (await ask("ListConsoleSignOns", {}, signal)).signOns;
}

/** ARNs of the account's OIDC providers. */
export async function listProviders(signal: AbortSignal): Promise<readonly string[]> {
  const { OpenIDConnectProviderList: list = [] } = await call<
    AnswerOf<typeof listOpenIDConnectProviders>
  >("iam", "ListOpenIDConnectProviders", {}, signal);
  return list.map(({ Arn = "" }) => Arn);
}

export async function clientsOf(arn: string, signal: AbortSignal): Promise<readonly string[]> {
  const input = { OpenIDConnectProviderArn: arn };
  const { ClientIDList = [] } = await call<AnswerOf<typeof getOpenIDConnectProvider>>(
    ...(["iam", "GetOpenIDConnectProvider", input, signal] as const),
  );
  return ClientIDList;
}

export interface SignOnInput {
  readonly providerArn: string;
  readonly label: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly groupsClaim?: string;
  readonly scopes?: readonly string[];
  readonly roleClaim?: string;
  readonly nameClaim?: string;
}

export function putSignOn(input: SignOnInput): Promise<object> {
  return ask("PutConsoleSignOn", input);
}

export function deleteSignOn(providerArn: string): Promise<object> {
  return ask("DeleteConsoleSignOn", { providerArn });
}

export interface GroupGrant {
  readonly providerArn: string;
  readonly principalName: string;
  readonly role: string;
  readonly repositoryPrefix: string;
}

export function grantToGroup(grant: GroupGrant): Promise<object> {
  return ask("GrantRole", { principalKind: "provider-group", ...grant });
}

export function revokeFromGroup(grant: GroupGrant): Promise<object> {
  return ask("RevokeRole", { principalKind: "provider-group", ...grant });
}

export function listGrants(token: { nextToken?: string }, signal: AbortSignal) {
  const input = { maxResults: 100, ...token };
  return ask("ListRoleGrants", input, signal);
}

/** Host and path of the provider that an ARN names. */
export function providerName(arn: string): string {
  return arn.slice(arn.indexOf("/") + 1);
}
