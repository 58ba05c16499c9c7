import type { z } from "zod";
import { invalidParameter, RegistryError } from "../registry/errors.ts";
import type { Service } from "./operation.ts";

/** As the API model calls the types of zod. */
const typeNames: Readonly<Record<string, string>> = {
  array: "list",
  int: "integer",
  number: "integer",
  object: "structure",
};

/** Those that say nothing of a value: passwords and secrets are among them. */
const untoldServices: ReadonlySet<Service> = new Set([
  ...(["cloudwatch", "iam", "secretsmanager", "ssm", "sts"] as const),
]);

/**
 * The service's sentence for the first thing that is wrong with an input. Source: API models,
 * constraint traits; texts as the services print them.
 */
export function parameterError(error: z.ZodError, service: Service): RegistryError {
  const issue = error.issues[0];
  if (untoldServices.has(service)) return validationError(issue);
  if (service === "inspector2") {
    const { kind, message } = detected(issue, "");
    return new RegistryError(kind, message, { reason: "FIELD_VALIDATION_FAILED" });
  }
  if (service === "kms" || service === "events") return keyValidationError(issue);
  if (issue === undefined) return invalidParameter("input", "Member must be valid");
  return invalidParameter(memberPath(issue.path), constraint(issue));
}

/** As IAM and STS say it, but for the value: passwords and the like are among those. */
function validationError(issue: z.core.$ZodIssue | undefined): RegistryError {
  // Where IAM has a sentence of its own for a member, its shape gives the whole of it.
  if (issue?.code === "custom") return new RegistryError("Validation", issue.message);
  return detected(issue, "");
}

/** Members whose values are secret, no text, or hold anything. */
const untold: ReadonlySet<unknown> = new Set([
  ...["Plaintext", "CiphertextBlob", "Policy", "AuthParameters"],
  ...["EventPattern", "Event", "Entries", "Targets"],
]);
const toldCharacters = 256;

/** As KMS and EventBridge say it, with the value. */
function keyValidationError(issue: z.core.$ZodIssue | undefined): RegistryError {
  const { input } = issue ?? {};
  const isTold =
    !untold.has(issue?.path[0]) && ["string", "number", "boolean"].includes(typeof input);
  const value = isTold ? ` '${String(input).slice(0, toldCharacters)}'` : "";
  return detected(issue, value);
}

function detected(issue: z.core.$ZodIssue | undefined, value: string): RegistryError {
  const path = (issue?.path ?? []).map((step) =>
    typeof step === "string" ? step.charAt(0).toLowerCase() + step.slice(1) : step,
  );
  const what =
    issue === undefined
      ? "Member must be valid"
      : constraint(issue).replace(
          /^must satisfy regular expression '(.*)'$/s,
          "Member must satisfy regular expression pattern: $1",
        );
  return new RegistryError(
    "Validation",
    `1 validation error detected: Value${value} at '${memberPath(path)}' failed to satisfy constraint: ${what}`,
  );
}

function memberPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `.${step + 1}.member`;
    else text += text === "" ? String(step) : `.${String(step)}`;
  }
  return text === "" ? "input" : text;
}

function constraint(issue: z.core.$ZodIssue): string {
  // Whatever zod calls it: a missing enumeration is an invalid value to it.
  if (issue.code !== "custom" && (issue.input ?? null) === null) return "Member must not be null";
  switch (issue.code) {
    case "invalid_type":
      return `Member must be of type ${typeNames[issue.expected] ?? issue.expected}`;
    case "too_small":
      return issue.origin === "number" || issue.origin === "int"
        ? `Member must have value greater than or equal to ${issue.minimum}`
        : `Member must have length greater than or equal to ${issue.minimum}`;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? `Member must have value less than or equal to ${issue.maximum}`
        : `Member must have length less than or equal to ${issue.maximum}`;
    case "invalid_format":
      // A shape that is written otherwise than the model's pattern says the model's.
      if (issue.message.startsWith("must satisfy regular expression")) return issue.message;
      return `must satisfy regular expression '${String("pattern" in issue ? issue.pattern : "").replace(/^\/\^?(?:\(\?:)?|\)?\$?\/[a-z]*$/g, "")}'`;
    case "invalid_value":
      return `Member must satisfy enum value set: [${issue.values.map(String).join(", ")}]`;
    default:
      return issue.message;
  }
}
