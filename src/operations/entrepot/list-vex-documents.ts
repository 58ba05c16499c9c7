import type { SuppressionHead } from "../../ports/suppression-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { openVexDocuments } from "../../registry/scanning/suppressions/vex-documents.ts";
import { matchesWildcard } from "../../registry/wildcard.ts";
import { registryResource, repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type VexDocumentAnswer, vexDocumentAnswer } from "./vex-document-answer.ts";

interface Answer {
  readonly documents: readonly VexDocumentAnswer[];
  readonly nextToken?: string;
}

/**
 * Imported VEX documents of the caller's registry by name: all, or those whose filter fits one
 * repository. A page may have fewer than there are.
 */
export const listVexDocuments = operation("entrepot:ListVexDocuments", {
  input: request({ repositoryName: repositoryName.optional(), maxResults, nextToken }),
  resource: ({ repositoryName: name }, caller) =>
    name === undefined
      ? registryResource(undefined, caller)
      : repositoryResource({ repositoryName: name }, caller),
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller);
    const { repositoryName: name } = input;
    const listing = { operation: "ListVexDocuments", registry, narrowedBy: [name] };
    const page = await readPage<SuppressionHead, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.suppressions.list(registry, "VEX", part),
      key: (head) => head.name,
      // Each is opened, and may be as large as one may be.
      weigh: ({ sizeBytes }) => sizeBytes,
      weightLimit: 8 * 1024 * 1024,
      atOnce: 20,
    });
    const documents = await openVexDocuments(ports, page.items);
    return {
      documents: documents
        .filter((each) => name === undefined || matchesWildcard(each.repositoryFilter, name))
        .map(vexDocumentAnswer),
      ...(page.more &&
        page.last !== undefined && { nextToken: sealPosition(ports, listing, page.last) }),
    };
  },
});
