/** What verifies tokens of an issuer on this machine, at a time that a test sets. */
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import {
  verifyWebIdentity,
  type WebIdentityProvider,
} from "../../src/registry/identity/web-identity.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import { type IssuerOptions, OidcIssuer } from "./oidc-issuer.ts";

/** The issuer, and an account's provider for it. */
export async function startWebIdentity(options: IssuerOptions = {}) {
  const clock = new FixedClock();
  const now = () => Math.floor(clock.now() / 1000);
  const issuer = await OidcIssuer.start({ now, ...options });
  const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });
  const ports = { clock, egress, memory: new RegistryMemory() };
  const provider: WebIdentityProvider = {
    url: options.plain ? issuer.url : issuer.provider,
    clientIds: ["sts.amazonaws.com", "other-client"],
    thumbprints: [issuer.thumbprint],
  };
  const verify = (token: string, given: Partial<WebIdentityProvider> = {}) =>
    verifyWebIdentity(ports, { ...provider, ...given }, token);
  const stop = async () => {
    egress.close();
    await issuer.stop();
  };
  return { clock, now, issuer, ports, provider, verify, stop };
}

/** `Kind: message` of the refusal, or "accepted". */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "accepted";
  } catch (error) {
    if (isRegistryError(error)) return `${error.kind}: ${error.message}`;
    throw error;
  }
}
