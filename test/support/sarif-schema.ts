/**
 * The shape of the parts of SARIF that are written here: what the published schema requires of them and what it
 * forbids, which is every member that it does not name. Source: OASIS, "SARIF Version 2.1.0", sarif-schema-2.1.0.json
 */
import { z } from "zod";

const properties = z
  .looseObject({ tags: z.array(z.string()).refine(areUnique).optional() })
  .optional();
const level = z.enum(["none", "note", "warning", "error"]);
const message = z.strictObject({ text: z.string(), properties });
const uri = z.string().refine((text) => URL.canParse(text));
const uriReference = z.string().refine((text) => URL.canParse(text, "file:///"));

const artifactLocation = z.strictObject({
  uri: uriReference.optional(),
  uriBaseId: z.string().optional(),
  index: z.int().min(-1).optional(),
  description: message.optional(),
  properties,
});
const region = z.strictObject({
  startLine: z.int().min(1).optional(),
  endLine: z.int().min(1).optional(),
  properties,
});
const location = z.strictObject({
  physicalLocation: z
    .strictObject({
      artifactLocation: artifactLocation.optional(),
      region: region.optional(),
      properties,
    })
    .optional(),
  logicalLocations: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        fullyQualifiedName: z.string().optional(),
        kind: z.string().optional(),
        properties,
      }),
    )
    .refine(areUnique)
    .optional(),
  message: message.optional(),
  properties,
});
const rule = z.strictObject({
  id: z.string(),
  shortDescription: message.optional(),
  fullDescription: message.optional(),
  helpUri: uri.optional(),
  defaultConfiguration: z.strictObject({ level: level.optional() }).optional(),
  properties,
});
const result = z.strictObject({
  ruleId: z.string().optional(),
  ruleIndex: z.int().min(-1).optional(),
  level: level.optional(),
  message,
  locations: z.array(location).optional(),
  partialFingerprints: z.record(z.string(), z.string()).optional(),
  suppressions: z
    .array(
      z.strictObject({
        kind: z.enum(["inSource", "external"]),
        status: z.enum(["accepted", "underReview", "rejected"]).optional(),
        justification: z.string().optional(),
        properties,
      }),
    )
    .refine(areUnique)
    .optional(),
  properties,
});
const invocation = z.strictObject({
  executionSuccessful: z.boolean(),
  toolExecutionNotifications: z
    .array(z.strictObject({ level: level.optional(), message, properties }))
    .optional(),
  properties,
});
const run = z
  .strictObject({
    tool: z.strictObject({
      driver: z.strictObject({
        name: z.string(),
        version: z.string().optional(),
        rules: z.array(rule).refine(areUnique).optional(),
        properties,
      }),
    }),
    invocations: z.array(invocation).optional(),
    originalUriBaseIds: z.record(z.string(), artifactLocation).optional(),
    columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]).optional(),
    results: z.array(result).optional(),
    properties,
  })
  // Section 3.27.5 and 3.27.6: both name the same rule; 3.4.4: a base that is used is there.
  .refine(({ tool, results = [] }) =>
    results.every(
      ({ ruleId, ruleIndex = -1 }) =>
        ruleIndex === -1 || tool.driver.rules?.[ruleIndex]?.id === ruleId,
    ),
  )
  .refine(({ originalUriBaseIds = {}, results = [] }) =>
    results
      .flatMap(({ locations = [] }) => locations)
      .every(({ physicalLocation }) => {
        const { uriBaseId } = physicalLocation?.artifactLocation ?? {};
        return uriBaseId === undefined || uriBaseId in originalUriBaseIds;
      }),
  );

export const sarifLog = z.strictObject({
  $schema: uri.optional(),
  version: z.literal("2.1.0"),
  runs: z.array(run),
  properties,
});

function areUnique(items: readonly unknown[]): boolean {
  return new Set(items.map((item) => JSON.stringify(item))).size === items.length;
}
