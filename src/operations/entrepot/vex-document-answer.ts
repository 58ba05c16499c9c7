import type { StoredVexDocument } from "../../registry/scanning/suppressions/vex-document.ts";
import { epochSeconds } from "../ecr/wire.ts";

export interface VexDocumentAnswer {
  readonly documentName: string;
  readonly repositoryFilter: string;
  readonly format: string;
  readonly authors: readonly string[];
  readonly statementCount: number;
  readonly importedBy: string;
  readonly importedAt: number;
}

export function vexDocumentAnswer(document: StoredVexDocument): VexDocumentAnswer {
  const { name, repositoryFilter, format, authors, statements, importedBy } = document;
  return {
    ...{ documentName: name, repositoryFilter, format, authors, statementCount: statements },
    ...{ importedBy, importedAt: epochSeconds(document.importedAt) },
  };
}
