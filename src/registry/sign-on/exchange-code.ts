import { text } from "node:stream/consumers";
import { EgressError } from "../../ports/egress.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { objectIn } from "../identity/issuer-keys.ts";
import type { SignOnEndpoints } from "../identity/issuer-memory.ts";
import { limits } from "../limits.ts";
import { issuerOf } from "./begin-sign-on.ts";
import { notAnswered } from "./sign-on-endpoints.ts";
import type { SignOnFlow } from "./sign-on-flow.ts";
import { clientSecretOf, type SignOnProvider } from "./sign-on-settings.ts";

/**
 * The ID token for a code. Source: OpenID Connect Core 1.0, section 3.1.3; RFC 7636, section 4.5.
 * @throws AccessDenied where the provider does not take the code or the client; IdpCommunication
 */
export async function exchangeCode(
  ports: Pick<Ports, "egress" | "keys">,
  provider: SignOnProvider,
  endpoints: SignOnEndpoints,
  { code, flow }: { readonly code: string; readonly flow: SignOnFlow },
): Promise<string> {
  const { clientId } = provider.signOn;
  const secret = await clientSecretOf(ports, provider);
  const inHeader = secret !== undefined && endpoints.secretIn === "header";
  const form = new URLSearchParams({
    ...{ grant_type: "authorization_code", code, redirect_uri: flow.redirectUri },
    code_verifier: flow.verifier,
    ...(inHeader ? {} : { client_id: clientId }),
    ...(secret === undefined || inHeader ? {} : { client_secret: secret }),
  });
  const headers = {
    ...{ accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    ...(inHeader ? { authorization: basicAuthorization(clientId, secret) } : {}),
  };
  const body = Buffer.from(form.toString());
  const { status, content } = await post(ports, provider, endpoints.token, { headers, body });
  const answer = objectIn(content) ?? {};
  if (status === 200 && typeof answer.id_token === "string") return answer.id_token;
  if (status >= 500 || status === 429) throw notAnswered(undefined);
  throw refusal(answer, status);
}

async function post(
  { egress }: Pick<Ports, "egress">,
  provider: SignOnProvider,
  url: string,
  sent: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer },
): Promise<{ readonly status: number; readonly content: string }> {
  try {
    const { status, body } = await egress.request({
      ...{ method: "POST", url, ...sent, thumbprints: issuerOf(provider).thumbprints },
      // A code and a secret are for this URL alone.
      redirects: "hand back",
      maximumBytes: limits.tokenAnswerBytes,
      timeoutMs: limits.issuerTimeoutMs,
    });
    return { status, content: await text(body) };
  } catch (error) {
    if (error instanceof EgressError) throw notAnswered(error);
    throw error;
  }
}

/** RFC 6749, section 2.3.1: both are encoded as in a form first. */
function basicAuthorization(clientId: string, secret: string): string {
  const [id, word] = [clientId, secret].map((part) =>
    new URLSearchParams({ part }).toString().slice("part=".length),
  );
  return `Basic ${Buffer.from(`${id}:${word}`).toString("base64")}`;
}

/** RFC 6749, section 5.2. */
function refusal({ error }: Record<string, unknown>, status: number): RegistryError {
  const reasons: Readonly<Record<string, string>> = {
    invalid_client:
      "it does not accept the client id and secret that are set for signing in: an administrator has to put them right",
    unauthorized_client: "its client is not allowed to sign people in by code",
    invalid_grant: "it does not take its code: that was used already, or is too old. Sign in again",
  };
  const told = typeof error === "string" ? reasons[error] : undefined;
  const why = told ?? `it gave no ID token (${printable(String(error ?? status))})`;
  return new RegistryError("AccessDenied", `The identity provider refused: ${why}.`);
}

const mostCharacters = 200;

/** What others wrote, in one line. */
export function printable(words: string): string {
  return words.replace(/[\p{C}\p{Z}]+/gu, " ").slice(0, mostCharacters);
}
