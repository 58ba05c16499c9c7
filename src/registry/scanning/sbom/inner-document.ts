import { FileRefused } from "../file-analyzer.ts";
import { documentJson, type JsonRecord, recordOf, recordsOf, required } from "./document-json.ts";

/**
 * What is in a signed envelope (DSSE) or an in-toto statement, as attestations of images are; else the document
 * itself. Sources: secure-systems-lab/dsse, in-toto.io/Statement/v1
 * @throws FileRefused where what is inside cannot be read
 */
export function innerDocument(document: JsonRecord): JsonRecord {
  const { payload, payloadType } = document;
  if (typeof payload === "string" && typeof payloadType === "string") {
    if (payloadType !== "application/vnd.in-toto+json")
      throw new FileRefused("is some other envelope");
    return predicateOf(documentJson(Buffer.from(payload, "base64")));
  }
  return predicateOf(document);
}

function predicateOf(document: JsonRecord): JsonRecord {
  const { _type: type } = document;
  if (typeof type !== "string" || !type.startsWith("https://in-toto.io/Statement/"))
    return document;
  const predicate = required(recordOf(document.predicate), "the predicate");
  // The first version of cosign's attestations put the document one level deeper.
  return recordOf(predicate.Data) ?? predicate;
}

/**
 * Digests of what an in-toto statement, signed or not, says that it is about; `undefined` for what is none.
 * @throws FileRefused where what is inside cannot be read
 */
export function statementSubjects(document: JsonRecord): readonly string[] | undefined {
  const { payload, payloadType } = document;
  const isEnvelope = typeof payload === "string" && typeof payloadType === "string";
  const { _type: type, subject } = isEnvelope
    ? documentJson(Buffer.from(payload, "base64"))
    : document;
  if (typeof type !== "string" || !type.startsWith("https://in-toto.io/Statement/"))
    return undefined;
  return recordsOf(subject).flatMap(({ digest }) =>
    Object.entries(recordOf(digest) ?? {}).map(([algorithm, value]) => `${algorithm}:${value}`),
  );
}
