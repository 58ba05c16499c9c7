import { isRegistryError, type RegistryError } from "../errors.ts";
import { auditLimits } from "./audit-limits.ts";
import type { AuditFacts } from "./request-audit.ts";

/** What a service calls a refusal on the wire. */
export type NameError = (error: RegistryError) => string;

const ofKind: NameError = ({ kind }) => `${kind}Exception`;

/** How a request ended that failed. Of a bug only that it was one. */
export function auditError(error: unknown, name: NameError = ofKind): AuditFacts {
  if (!isRegistryError(error)) {
    return { errorCode: "InternalFailure", errorMessage: "An error inside the server", ...nothing };
  }
  const errorMessage = error.message.slice(0, auditLimits.errorCharacters);
  return { errorCode: name(error), errorMessage, ...nothing };
}

const nothing = { responseElements: null } as const;
