import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { trustedProvider } from "../identity/assume-with-web-identity.ts";
import type { AccountId } from "../names.ts";
import { endpointsOf } from "./sign-on-endpoints.ts";
import { challengeOf, newFlow, sealFlow } from "./sign-on-flow.ts";
import { isSignOn, type SignOnProvider } from "./sign-on-settings.ts";

export interface SignOnWish {
  readonly account: AccountId;
  /** The provider's URL without scheme. */
  readonly provider: string;
  /** Of this server, where the provider sends people back to. */
  readonly redirectUri: string;
  /** Whether somebody who is signed in at the provider has to prove again who they are. */
  readonly isFresh: boolean;
}

/** @throws ResourceNotFound where nobody signs in by such a provider */
export async function requireSignOn(
  ports: Pick<Ports, "metadata">,
  account: AccountId,
  url: string,
): Promise<SignOnProvider> {
  const provider = await trustedProvider(ports, account, url);
  if (provider === undefined || !isSignOn(provider)) {
    const sentence = `Account ${account} does not let people sign in by ${url}.`;
    throw new RegistryError("ResourceNotFound", sentence);
  }
  if (provider.clientIds.includes(provider.signOn.clientId)) return provider;
  throw new RegistryError(
    "ResourceNotFound",
    `Signing in by ${url} is for a client that was taken from the provider since.`,
  );
}

/**
 * Where to send somebody who wants to sign in by an identity provider, and what the browser keeps until
 * they are back. Source: OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636, section 4.3.
 * @throws ResourceNotFound, and what `endpointsOf` does
 */
export async function beginSignOn(
  ports: Pick<Ports, "metadata" | "memory" | "keys" | "clock" | "egress">,
  { account, provider: url, redirectUri, isFresh }: SignOnWish,
): Promise<{ readonly url: string; readonly cookie: string }> {
  const provider = await requireSignOn(ports, account, url);
  const { authorization } = await endpointsOf(ports, issuerOf(provider));
  const flow = newFlow(ports, { account, provider: url, redirectUri });
  const { clientId, scopes } = provider.signOn;
  const parameters = {
    ...{ response_type: "code", client_id: clientId, redirect_uri: redirectUri },
    ...{ scope: ["openid", ...scopes].join(" "), state: flow.state, nonce: flow.nonce },
    ...{ code_challenge: challengeOf(flow), code_challenge_method: "S256" },
    ...(isFresh ? { prompt: "login" } : {}),
  };
  const sendTo = new URL(authorization);
  for (const [name, value] of Object.entries(parameters)) sendTo.searchParams.set(name, value);
  return { url: sendTo.href, cookie: sealFlow(ports, flow) };
}

export function issuerOf({ url, thumbprints }: Pick<SignOnProvider, "url" | "thumbprints">) {
  return { url: /^https?:\/\//.test(url) ? url : `https://${url}`, thumbprints };
}
