import { EgressError } from "../../ports/egress.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { age, fetchConfiguration, type Issuer, nameOf } from "../identity/issuer-keys.ts";
import type { SignOnEndpoints } from "../identity/issuer-memory.ts";
import { limits } from "../limits.ts";

/**
 * Where an issuer lets people sign in, by the configuration that it publishes. However often it is
 * called, the issuer is asked once in ten minutes, and after a failure once in some seconds.
 * @throws IdpCommunication, and ServiceUnavailable for an issuer that cannot be used as it is
 */
export async function endpointsOf(
  ports: Pick<Ports, "egress" | "clock" | "memory">,
  issuer: Issuer,
): Promise<SignOnEndpoints> {
  const { endpoints } = ports.memory.issuers;
  const name = nameOf(issuer);
  const now = ports.clock.now();
  const known = endpoints.get(name);
  const freshMs = known?.hasFailed ? limits.issuerRetryMs : limits.issuerKeysFreshMs;
  if (known !== undefined && age(known.askedAt, now) < freshMs) return known.answer;
  const answer = fetchConfiguration(ports, issuer).then(
    (told) => readEndpoints(issuer, told),
    (error: unknown) => {
      throw configurationFailure(error);
    },
  );
  const asked = { askedAt: now, answer, hasFailed: false };
  endpoints.set(name, asked);
  answer.catch(() => {
    asked.hasFailed = true; // Whoever waits for the answer is told why.
  });
  return answer;
}

function readEndpoints(issuer: Issuer, told: Record<string, unknown>): SignOnEndpoints {
  const methods = told.code_challenge_methods_supported;
  // RFC 8414, section 2: optional, and many that know S256 do not say so.
  if (Array.isArray(methods) && !methods.includes("S256")) {
    throw unsuitable("it does not know PKCE with S256");
  }
  const secretMethods = told.token_endpoint_auth_methods_supported;
  const isHeader = !Array.isArray(secretMethods) || secretMethods.includes("client_secret_basic");
  return {
    authorization: endpoint(issuer, told, "authorization_endpoint"),
    token: endpoint(issuer, told, "token_endpoint"),
    secretIn: isHeader ? "header" : "body",
    namesIssuer: told.authorization_response_iss_parameter_supported === true,
    endSession:
      told.end_session_endpoint === undefined
        ? undefined
        : endpoint(issuer, told, "end_session_endpoint"),
  };
}

/** With TLS, but where the issuer itself has none. */
function endpoint({ url }: Issuer, told: Record<string, unknown>, name: string): string {
  const value = told[name];
  if (typeof value !== "string" || !URL.canParse(value)) throw unsuitable(`it names no ${name}`);
  const { protocol, username, hash, href } = new URL(value);
  const isSafe = protocol === "https:" || (protocol === "http:" && url.startsWith("http:"));
  if (isSafe && username === "" && hash === "") return href;
  throw unsuitable(`its ${name} is no URL to send people or secrets to`);
}

function configurationFailure(error: unknown): unknown {
  if (!isRegistryError(error)) return error;
  if (error.cause instanceof EgressError) return notAnswered(error.cause);
  if (error.kind !== "InvalidIdentityToken") return notAnswered(error);
  return unsuitable("at its URL is no configuration of OpenID Connect that names it", error);
}

/** What is told of a provider that gave no answer. */
export function notAnswered(cause: unknown): RegistryError {
  const kind = cause instanceof EgressError ? cause.kind : undefined;
  if (kind === "Denied") {
    const why = "this server may not ask it, unless ENTREPOT_EGRESS_ALLOW lists its address";
    return unsuitable(why, cause);
  }
  if (kind === "Untrusted") {
    const why = "nobody vouches for its certificate, and no thumbprint of the provider is of it";
    return unsuitable(why, cause);
  }
  const sentence = "The identity provider does not answer. Try again in a moment.";
  return new RegistryError("IdpCommunication", sentence, {}, cause);
}

function unsuitable(why: string, cause?: unknown): RegistryError {
  const sentence = `The identity provider cannot be used: ${why}.`;
  return new RegistryError("ServiceUnavailable", sentence, {}, cause);
}
