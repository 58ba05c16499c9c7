import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { suppressionLimits } from "../../registry/scanning/suppressions/suppression-limits.ts";
import { importVexDocument as importDocument } from "../../registry/scanning/suppressions/vex-documents.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { filterResource, repositoryFilter } from "./filtered-repositories.ts";
import { furtherSuppressed, judgedSuppression, suppressionName } from "./suppression-resource.ts";
import { type VexDocumentAnswer, vexDocumentAnswer } from "./vex-document-answer.ts";

/**
 * Keeps a VEX document, OpenVEX, CSAF or CycloneDX, by whose statements findings are suppressed in the repositories
 * that a filter fits; or replaces the one of that name. Needs the right for the filter, and for each
 * repository that it fits.
 */
export const importVexDocument = operation("entrepot:ImportVexDocument", {
  input: request({
    documentName: suppressionName,
    repositoryFilter,
    document: z.string().min(1).max(suppressionLimits.importedBytes),
  }),
  // In JSON, a quotation mark takes two bytes.
  bodyLimitBytes: 2 * suppressionLimits.importedBytes + 4096,
  resource: (input, caller) => filterResource(registryOf(caller), input.repositoryFilter),
  further: ({ documentName: name, repositoryFilter: filter }, caller, environment) =>
    furtherSuppressed(
      "entrepot:ImportVexDocument",
      "VEX",
      { name, repositoryFilter: filter },
      caller,
      environment,
    ),
  access: "Write",
  errors: ["ConcurrentModification", "InvalidParameter", "LimitExceeded", "ResourceNotFound"],
  async handle(input, context): Promise<{ document: VexDocumentAnswer }> {
    const { ports, caller } = context;
    const { documentName: name, repositoryFilter: filter, document: text } = input;
    const before = await judgedSuppression(context, "VEX", name);
    const wanted = { name, repositoryFilter: filter, text };
    const { arn } = caller.principal;
    const kept = await importDocument(ports, registryOf(caller), wanted, before, arn);
    return { document: vexDocumentAnswer(kept) };
  },
});
