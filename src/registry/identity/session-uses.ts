import { RegistryError } from "../errors.ts";
import type { PrincipalSession } from "./principal.ts";

/** An operation, as far as it matters which credentials may ask for it. */
interface Asked {
  readonly service: string;
  readonly operationName: string;
}

/** What STS lets the credentials of GetSessionToken do, where no device for codes vouched for them. */
const openToSessionTokens: ReadonlySet<string> = new Set(["AssumeRole", "GetCallerIdentity"]);

/**
 * Temporary credentials are not good for everything, whatever policies say. Source: IAM, "Compare AWS
 * STS credentials".
 * @throws AccessDenied, UnrecognizedClient in AWS's words
 */
export function requireUsable(
  session: PrincipalSession | undefined,
  { service, operationName }: Asked,
): void {
  if (session === undefined) return;
  // Nobody knows the secret of a pull secret's key; should anybody, it is for pulling images alone.
  if (session.kind === "pull-secret" || session.kind === "console-sign-in") throw invalidToken();
  if (service === "sts" && isClosed(session.kind, operationName)) {
    throw new RegistryError(
      "AccessDenied",
      `Cannot call ${operationName} with session credentials`,
    );
  }
  if (service === "iam" && session.kind === "session-token") throw invalidToken();
}

function isClosed(kind: PrincipalSession["kind"], operationName: string): boolean {
  if (operationName === "GetSessionToken") return true;
  return kind === "session-token" && !openToSessionTokens.has(operationName);
}

function invalidToken(): RegistryError {
  return new RegistryError(
    "UnrecognizedClient",
    "The security token included in the request is invalid.",
  );
}
