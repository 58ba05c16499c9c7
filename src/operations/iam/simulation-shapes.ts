/** Members of what the policy simulator is asked. Source: IAM API reference, SimulateCustomPolicy. */
import { z } from "zod";
import { list, marker, maxItems, policyDocument } from "./shapes.ts";

export const policyInputList = list(policyDocument);

/** Each level from the root of an organization down to the account. */
export const organizationPolicies = list(
  z.object({ ServiceControlPolicyInputList: policyInputList.default([]) }),
);

const contextKeyTypes = [
  ...["string", "stringList", "numeric", "numericList", "boolean", "booleanList"],
  ...["ip", "ipList", "binary", "binaryList", "date", "dateList"],
] as const;

const contextEntry = z.object({
  ContextKeyName: z.string().min(5).max(256),
  ContextKeyValues: list(z.string()).default([]),
  ContextKeyType: z.enum(contextKeyTypes).optional(),
});
export type ContextEntry = z.output<typeof contextEntry>;

const resourceName = z.string().min(1).max(2048);

/** What both operations take. */
export const simulationMembers = {
  PermissionsBoundaryPolicyInputList: policyInputList.default([]),
  ActionNames: list(z.string().min(3).max(128)),
  ResourceArns: list(resourceName).default([]),
  ResourcePolicy: policyDocument.optional(),
  ResourceOwner: resourceName.optional(),
  CallerArn: resourceName.optional(),
  ContextEntries: list(contextEntry).default([]),
  ResourceHandlingOption: z.string().min(1).max(64).optional(),
  Marker: marker,
  MaxItems: maxItems,
};
