/** `entrepot vex`: documents of others that say what is no vulnerability. */
import type { VexDocumentAnswer } from "../../../operations/entrepot/vex-document-answer.ts";
import { fileText } from "../access/policy-source.ts";
import { dayText, isoText } from "../access/times.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";

/** @throws CommandError for a file that can not be read, and Refusal */
export async function importVex(
  server: Server,
  documentName: string,
  file: string,
  repositoryFilter: string,
): Promise<VexDocumentAnswer> {
  const document = await fileText(file);
  const input = { documentName, repositoryFilter, document };
  return (await server.call("entrepot:ImportVexDocument", input)).document;
}

export function listVex(
  server: Server,
  repositoryName: string | undefined,
): Promise<VexDocumentAnswer[]> {
  return server.all("entrepot:ListVexDocuments", "documents", { repositoryName });
}

/** @throws Refusal when there is no such document */
export async function deleteVex(server: Server, documentName: string): Promise<void> {
  await server.call("entrepot:DeleteVexDocument", { documentName });
}

/** Which attached documents count, from now on where that is said. @throws CommandError */
export async function attachedVex(server: Server, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) {
    return (await server.call("entrepot:GetVexPolicy", {})).attachedDocuments;
  }
  const counts = (["VOUCHED", "ALL", "NONE"] as const).find(
    (each) => each === wanted.toUpperCase(),
  );
  if (counts === undefined) {
    throw new CommandError(`"${wanted}" is neither vouched, all nor none`, 2);
  }
  const policy = { attachedDocuments: counts };
  return (await server.call("entrepot:PutVexPolicy", policy)).attachedDocuments;
}

export function vexText(documents: readonly VexDocumentAnswer[], width: number): string {
  if (documents.length === 0) return "There are no VEX documents.";
  return tableText(
    [{ whole: "NAME" }, "FORMAT", "STATEMENTS", "WHERE", "AUTHORS", "IMPORTED"],
    documents.map((each) => [
      ...[each.documentName, each.format, String(each.statementCount), each.repositoryFilter],
      ...[each.authors.join(", "), dayText(isoText(each.importedAt))],
    ]),
    width,
  );
}
