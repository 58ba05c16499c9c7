import { invalidParameter } from "../../errors.ts";
import { isDigest, type Registry } from "../../names.ts";
import { FileRefused } from "../file-analyzer.ts";
import type { PackageUrl } from "../package-url.ts";
import { documentJson, type JsonRecord, recordOf } from "../sbom/document-json.ts";
import { innerDocument, statementSubjects } from "../sbom/inner-document.ts";
import { readCsafVex } from "../sbom/vex/read-csaf-vex.ts";
import { readCycloneDxVex } from "../sbom/vex/read-cyclonedx-vex.ts";
import { readOpenVex } from "../sbom/vex/read-openvex.ts";
import { type StatementsByName, statementsByName } from "../sbom/vex/statements-by-name.ts";
import type { VexProduct, VexStatement } from "../sbom/vex/vex-statement.ts";

export type VexFormat = "OPENVEX" | "CSAF" | "CYCLONEDX";

/** A document that somebody brought, as it is kept. */
export interface StoredVexDocument {
  readonly registry: Registry;
  readonly name: string;
  /** Images of which repositories it counts for. */
  readonly repositoryFilter: string;
  readonly format: VexFormat;
  readonly authors: readonly string[];
  readonly statements: number;
  /** As it was brought. */
  readonly text: string;
  /** The ARN of who brought it. */
  readonly importedBy: string;
  /** Milliseconds since the epoch. */
  readonly importedAt: number;
}

/** Statements of one document, found by the name of a vulnerability in capitals. */
export interface VexIndex {
  readonly format: VexFormat;
  readonly authors: readonly string[];
  readonly byName: StatementsByName;
  readonly statements: number;
  /** Digests of what it says that it is about, where it is an attestation. */
  readonly subjects: readonly string[] | undefined;
  /** What it weighs where it is remembered: statements and what they are about. */
  readonly weight: number;
}

/**
 * What an image's own URL is here, whatever anybody calls it: its digest names it better than a name,
 * which says another image in another registry.
 */
export function imageAsProduct(digest: string | undefined): PackageUrl {
  const named = { type: "oci", name: "image", qualifiers: new Map<string, string>() };
  return digest === undefined ? named : { ...named, version: digest };
}

/**
 * Reads a VEX document of any of these formats.
 * @param isAttached whether it belongs to one image, so that an image without a digest is that one. In
 *   others, which image is meant can not be told, and such a product is left out.
 * @throws FileRefused for what is none
 */
export function indexVex(content: Uint8Array, isAttached: boolean): VexIndex {
  const root = documentJson(content);
  const format = formatOf(root);
  const read = readers[format](content);
  const kept = read.map((statement) => ({
    ...statement,
    products: statement.products.flatMap((product) => productsOf(product, isAttached)),
  }));
  const byName = statementsByName(kept);
  const weights = kept.map(({ vulnerabilities, products }) => [vulnerabilities, products]);
  const weight = read.length + weights.flat(2).length;
  const authors = [...new Set(read.map(({ author }) => author))].slice(0, 10);
  const subjects = statementSubjects(root);
  return { format, authors, byName, statements: read.length, subjects, weight };
}

const readers: Readonly<Record<VexFormat, (content: Uint8Array) => VexStatement[]>> = {
  ...{ CSAF: readCsafVex, CYCLONEDX: readCycloneDxVex, OPENVEX: readOpenVex },
};

function formatOf(root: JsonRecord): VexFormat {
  if (recordOf(root.document)?.category === "csaf_vex") return "CSAF";
  const { "@context": context, bomFormat } = innerDocument(root);
  if (bomFormat === "CycloneDX") return "CYCLONEDX";
  if (typeof context === "string" && context.startsWith("https://openvex.dev/ns")) return "OPENVEX";
  throw new FileRefused("is neither OpenVEX nor CSAF VEX nor CycloneDX");
}

function productsOf({ whole, part }: VexProduct, isAttached: boolean): VexProduct[] {
  if (whole?.type !== "oci") return [{ ...(whole && { whole }), ...(part && { part }) }];
  const { version } = whole;
  const isNamed = version !== undefined && isDigest(version);
  if (!isNamed && !(isAttached && version === undefined)) return [];
  return [{ whole: imageAsProduct(version), ...(part && { part }) }];
}

/** The same, for who is to be told what is wrong with it. @throws InvalidParameter */
export function checkedVex(text: string): VexIndex {
  try {
    return indexVex(Buffer.from(text), false);
  } catch (error) {
    if (error instanceof FileRefused) throw invalidParameter("document", error.message);
    throw error;
  }
}
