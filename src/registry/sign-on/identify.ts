import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { isSameText } from "../identity/console-sessions.ts";
import { verifyWebIdentity, type WebIdentity } from "../identity/web-identity.ts";
import { issuerOf, requireSignOn } from "./begin-sign-on.ts";
import { exchangeCode, printable } from "./exchange-code.ts";
import { endpointsOf } from "./sign-on-endpoints.ts";
import type { SignOnChoice, SignOnFlow } from "./sign-on-flow.ts";
import type { SignOnProvider } from "./sign-on-settings.ts";

/** What an identity provider sent somebody back with (RFC 6749, section 4.1.2; RFC 9207). */
export interface SignOnAnswer {
  readonly code: string | undefined;
  readonly error: string | undefined;
  readonly errorDescription: string | undefined;
  readonly issuer: string | undefined;
}

/** Somebody whom a provider vouches for. */
export interface Identified {
  readonly provider: SignOnProvider;
  readonly identity: WebIdentity;
  readonly idToken: string;
}

type IdentifyPorts = Pick<Ports, "metadata" | "memory" | "keys" | "clock" | "egress">;

/**
 * Who came back from an identity provider.
 * @throws AccessDenied, ExpiredIdentityToken, IdpCommunication, IdpRejectedClaim, InvalidIdentityToken,
 *   ResourceNotFound
 */
export async function identify(
  ports: IdentifyPorts,
  flow: SignOnFlow,
  answer: SignOnAnswer,
): Promise<Identified> {
  const provider = await requireSignOn(ports, flow.account, flow.provider);
  const issuer = issuerOf(provider);
  const endpoints = await endpointsOf(ports, issuer);
  // RFC 9207, section 2.4: an answer of another one would have its code sent to this one.
  const isMissing = answer.issuer === undefined && endpoints.namesIssuer;
  if (isMissing || (answer.issuer !== undefined && answer.issuer !== issuer.url)) {
    throw denied("The answer does not come from the identity provider that was asked.");
  }
  if (answer.code === undefined) throw refusedThere(answer);
  const idToken = await exchangeCode(ports, provider, endpoints, { code: answer.code, flow });
  const identity = await verified(ports, provider, idToken);
  const [nonce = ""] = identity.conditionValues.get("nonce") ?? [];
  if (isSameText(nonce, flow.nonce)) return { provider, identity, idToken };
  throw denied(
    "The identity provider's token is not for this sign-in (its nonce is another one). Sign in again.",
  );
}

/** Who has to choose a role, once more: their provider may be gone meanwhile. @throws as `identify` */
export async function identifyAgain(
  ports: IdentifyPorts,
  { account, provider: url, idToken }: SignOnChoice,
): Promise<Identified> {
  const provider = await requireSignOn(ports, account, url);
  return { provider, identity: await verified(ports, provider, idToken), idToken };
}

/** For the client of the sign-on alone, whatever else the provider's tokens are good for. */
async function verified(
  ports: IdentifyPorts,
  provider: SignOnProvider,
  idToken: string,
): Promise<WebIdentity> {
  const { clientId } = provider.signOn;
  try {
    return await verifyWebIdentity(ports, { ...provider, clientIds: [clientId] }, idToken);
  } catch (error) {
    if (!isRegistryError(error)) throw error;
    throw new RegistryError(error.kind, explained(error, clientId, ports.clock.now()), {}, error);
  }
}

function explained({ kind, message }: RegistryError, clientId: string, now: number): string {
  const told = message.replace(/\.?$/, "");
  switch (kind) {
    case "ExpiredIdentityToken":
    case "IdpRejectedClaim":
      return `${told}. The clocks of the identity provider and of this server differ: here it is ${new Date(now).toISOString()}.`;
    case "InvalidIdentityToken":
      return `The identity provider's token is not accepted for client ${clientId}: ${told}.`;
    default:
      return message;
  }
}

function refusedThere({ error, errorDescription }: SignOnAnswer): RegistryError {
  if (error === undefined) return denied("The identity provider sent no code.");
  const why = errorDescription === undefined ? "" : ` (${printable(errorDescription)})`;
  return denied(`The identity provider refused: ${printable(error)}${why}.`);
}

function denied(sentence: string): RegistryError {
  return new RegistryError("AccessDenied", sentence);
}
