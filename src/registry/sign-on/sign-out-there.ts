import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { parseProviderArn } from "../identity/oidc-providers.ts";

import { issuerOf, requireSignOn } from "./begin-sign-on.ts";
import { endpointsOf } from "./sign-on-endpoints.ts";

/**
 * Where somebody who signed in by an identity provider can sign out of it as well, with all that they
 * opened by it. It is not told where to send them back: a URI that a provider does not know would keep it
 * from ending anything. Source: OpenID Connect RP-Initiated Logout 1.0, section 2.
 * @param providerArn of the provider that vouched for them
 * @returns `undefined` where the provider has no such place, is gone, or does not answer
 */
export async function signOutThere(
  ports: Pick<Ports, "metadata" | "memory" | "clock" | "egress">,
  providerArn: string,
): Promise<{ readonly label: string; readonly url: string } | undefined> {
  const named = parseProviderArn(providerArn);
  if (named === undefined) return undefined;
  try {
    const provider = await requireSignOn(ports, named.account, named.url);
    const { endSession } = await endpointsOf(ports, issuerOf(provider));
    if (endSession === undefined) return undefined;
    const place = new URL(endSession);
    const { label, clientId } = provider.signOn;
    place.searchParams.set("client_id", clientId);
    return { label, url: place.href };
  } catch (error) {
    // They are signed out here, whatever becomes of the provider.
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}
