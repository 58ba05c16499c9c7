import { FileRefused } from "../../file-analyzer.ts";
import { type PackageUrl, parsePackageUrl } from "../../package-url.ts";
import {
  documentJson,
  type JsonRecord,
  listOf,
  recordOf,
  required,
  textOf,
  textsOf,
} from "../document-json.ts";
import { innerDocument } from "../inner-document.ts";
import { sbomLimits } from "../sbom-limits.ts";
import {
  type VexProduct,
  type VexStatement,
  vexJustifications,
  vexStatuses,
} from "./vex-statement.ts";
import { timeOf } from "./vex-values.ts";

const context = "https://openvex.dev/ns/v0.2.0";

/**
 * Reads an OpenVEX 0.2.0 document, as it is or attested. A product without a package URL is left out: what it is
 * cannot be told. Source: openvex/spec, "OPENVEX-SPEC.md"
 * @throws FileRefused for what is none, or breaks a rule of it; never half of one
 */
export function readOpenVex(content: Uint8Array): VexStatement[] {
  const document = innerDocument(documentJson(content));
  if (document["@context"] !== context) throw new FileRefused("is no OpenVEX 0.2.0");
  const author = required(textOf(document.author), "author");
  const written = timeOf(document.last_updated ?? document.timestamp, "timestamp");
  const statements = listOf(document.statements, "statements");
  if (statements.length > sbomLimits.statements) throw new FileRefused("of too many statements");
  let products = 0;
  return statements.map((statement) => {
    const read = statementOf(statement, author, written);
    products += read.products.length;
    if (products > sbomLimits.products) throw new FileRefused("of too many products");
    return read;
  });
}

function statementOf(statement: JsonRecord, author: string, written: number): VexStatement {
  const status = required(
    vexStatuses.find((each) => each === statement.status),
    "status of a statement",
  );
  const justification = textOf(statement.justification);
  const impact = textOf(statement.impact_statement) ?? textOf(statement.action_statement);
  if (justification !== undefined && !vexJustifications.has(justification)) {
    throw new FileRefused("has a justification that there is not");
  }
  if (status === "not_affected" && justification === undefined && impact === undefined) {
    throw new FileRefused("says not_affected and not why");
  }
  const time = statement.last_updated ?? statement.timestamp;
  return {
    vulnerabilities: namesOf(statement.vulnerability),
    products: listOf(statement.products, "products").flatMap(productsOf),
    status,
    ...(justification !== undefined && { justification }),
    ...(impact !== undefined && { impact }),
    timestamp: time === undefined ? written : timeOf(time, "timestamp of a statement"),
    author,
  };
}

function namesOf(value: unknown): string[] {
  const vulnerability = required(recordOf(value), "vulnerability of a statement");
  const name = required(textOf(vulnerability.name), "name of a vulnerability");
  return [...new Set([name, ...textsOf(vulnerability.aliases)])];
}

/** Each part of a product is a product of its own here; one whose parts cannot be told is left out as well. */
function productsOf(product: JsonRecord): VexProduct[] {
  const whole = urlOf(product);
  if (whole === undefined) return [];
  const parts = listOf(product.subcomponents, "subcomponents");
  if (parts.length === 0) return [{ whole }];
  return parts.flatMap((component) => {
    const part = urlOf(component);
    return part === undefined ? [] : [{ whole, part }];
  });
}

function urlOf(component: JsonRecord): PackageUrl | undefined {
  const written = textOf(recordOf(component.identifiers)?.purl) ?? textOf(component["@id"]);
  return written === undefined ? undefined : parsePackageUrl(written);
}
