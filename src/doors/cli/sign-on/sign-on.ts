/** `entrepot sign-on`: by which OpenID providers people sign in to the console. */
import { knowIssuer } from "../access/roles.ts";
import { Undo } from "../access/undo.ts";
import type { Answer } from "../calls.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

export type SignOn = Answer<"entrepot:ListConsoleSignOns">["signOns"][number];

export interface SignOnWish {
  readonly issuer: string;
  readonly label: string;
  readonly clientId: string;
  /** Absent: the one that is there; empty: none. */
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly groupsClaim: string | undefined;
  readonly roleClaim: string | undefined;
  readonly nameClaim: string | undefined;
  readonly thumbprints: readonly string[];
}

/**
 * Makes the provider and the client known to the account, and lets people sign in by it: all or nothing.
 * @throws Refusal; CommandError for what is no URL of a provider
 */
export async function putSignOn(
  server: Server,
  { issuer, thumbprints, ...wanted }: SignOnWish,
): Promise<{ readonly signOn: SignOn; readonly isNewProvider: boolean }> {
  const { account } = await server.identity();
  const name = issuerName(issuer);
  const undo = new Undo();
  try {
    const known = { name, audience: wanted.clientId, thumbprints };
    const isNewProvider = await knowIssuer(server, known, undo);
    const providerArn = `arn:aws:iam::${account}:oidc-provider/${name}`;
    const { signOn } = await server.call("entrepot:PutConsoleSignOn", { providerArn, ...wanted });
    return { signOn, isNewProvider };
  } catch (error) {
    throw await undo.after(error);
  }
}

/** Without its scheme. A slash at its end is part of it, as in the names of some. @throws CommandError */
export function issuerName(issuer: string): string {
  const name = issuer.replace(/^https:\/\//, "");
  if (/^[\w.-]+(?::\d+)?(?:\/[\w./~-]*)?$/.test(name)) return name;
  throw new CommandError(`"${issuer}" is no URL of a provider: use https://<host>/<path>`, 2);
}
