import { FileRefused } from "../../file-analyzer.ts";
import { type PackageUrl, parsePackageUrl } from "../../package-url.ts";
import {
  documentJson,
  type JsonRecord,
  listOf,
  recordOf,
  recordsOf,
  required,
  textOf,
} from "../document-json.ts";
import { innerDocument } from "../inner-document.ts";
import { sbomLimits } from "../sbom-limits.ts";
import type { VexProduct, VexStatement, VexStatus } from "./vex-statement.ts";
import { timeOf } from "./vex-values.ts";

/** What CycloneDX's words for the state of an analysis are here. */
const statuses: ReadonlyMap<unknown, VexStatus> = new Map<unknown, VexStatus>([
  ["resolved", "fixed"],
  ["resolved_with_pedigree", "fixed"],
  ["exploitable", "affected"],
  ["in_triage", "under_investigation"],
  ["false_positive", "not_affected"],
  ["not_affected", "not_affected"],
]);

const justifications: ReadonlySet<string> = new Set([
  ...["code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency"],
  ...["requires_environment", "protected_by_compiler", "protected_at_runtime"],
  ...["protected_at_perimeter", "protected_by_mitigating_control"],
]);

/** An image that has no URL: the one that the document is attached to, if it is to one. */
const someImage: PackageUrl = { type: "oci", name: "image", qualifiers: new Map() };

/**
 * Reads what a CycloneDX document of 1.4 or later says of vulnerabilities, as it is or attested. What was not
 * analysed is no statement; a component without a package URL is left out: what it is cannot be told, and so are
 * ranges of versions. Source: CycloneDX 1.6, "vulnerabilities", and "VEX"
 * @throws FileRefused for what is none, or breaks a rule of it; never half of one
 */
export function readCycloneDxVex(content: Uint8Array): VexStatement[] {
  const document = innerDocument(documentJson(content));
  if (document.bomFormat !== "CycloneDX") throw new FileRefused("is no CycloneDX");
  const reader = new VulnerabilityReader(document);
  const statements = listOf(document.vulnerabilities, "vulnerabilities").flatMap((each) =>
    reader.read(each),
  );
  if (statements.length === 0) throw new FileRefused("says nothing of vulnerabilities");
  return statements;
}

class VulnerabilityReader {
  readonly #urls = new Map<string, PackageUrl | undefined>();
  readonly #written: unknown;
  readonly #author: string;
  /** The reference of what the document is about, and what that is: absent where it is about no one thing. */
  readonly #subject: { readonly ref: string | undefined; readonly url: PackageUrl } | undefined;
  #statements = 0;
  #products = 0;

  constructor(document: JsonRecord) {
    const metadata = recordOf(document.metadata) ?? {};
    this.#written = metadata.timestamp;
    this.#author = authorOf(metadata);
    const subject = recordOf(metadata.component);
    if (subject !== undefined) {
      this.#subject = { ref: textOf(subject["bom-ref"]), url: urlOf(subject) ?? someImage };
      this.#note(recordsOf(subject.components));
    }
    this.#note(listOf(document.components, "components"));
  }

  /** Components and what is in them; their depth is that of the document, which is bounded. */
  #note(components: readonly JsonRecord[]): void {
    for (const component of components) {
      const ref = textOf(component["bom-ref"]);
      if (ref !== undefined) {
        if (this.#urls.has(ref)) throw new FileRefused("has two components of one bom-ref");
        this.#urls.set(ref, urlOf(component));
      }
      this.#note(recordsOf(component.components));
    }
  }

  read(vulnerability: JsonRecord): VexStatement[] {
    const analysis = recordOf(vulnerability.analysis);
    if (analysis?.state === undefined) return [];
    const status = required(statuses.get(analysis.state), "state of an analysis");
    const justification = textOf(analysis.justification);
    if (justification !== undefined && !justifications.has(justification)) {
      throw new FileRefused("has a justification that there is not");
    }
    const impact = textOf(analysis.detail);
    const times = [analysis.lastUpdated, analysis.firstIssued, vulnerability.updated];
    const time = times.find((each) => each !== undefined) ?? this.#written;
    const products = listOf(vulnerability.affects, "affects").flatMap((each) => this.#of(each));
    this.#statements++;
    this.#products += products.length;
    if (this.#statements > sbomLimits.statements || this.#products > sbomLimits.products) {
      throw new FileRefused("of too many statements or products");
    }
    return [
      {
        ...{ vulnerabilities: namesOf(vulnerability), products, status },
        ...(justification !== undefined && { justification }),
        ...(impact !== undefined && { impact }),
        timestamp: timeOf(time, "time of an analysis"),
        author: this.#author,
      },
    ];
  }

  /** One product for each version that is named; a range says nothing here. */
  #of(affected: JsonRecord): VexProduct[] {
    const ref = required(textOf(affected.ref), "ref of what is affected");
    const subject = this.#subject;
    if (subject !== undefined && ref === subject.ref) return [{ whole: subject.url }];
    const part = this.#urls.has(ref) ? this.#urls.get(ref) : urlInRef(ref);
    if (part === undefined) return [];
    const versions = listOf(affected.versions, "versions");
    const parts =
      versions.length === 0
        ? [part]
        : versions.flatMap(({ version, range, status }) => {
            const named = textOf(version);
            const isMeant = range === undefined && (status ?? "affected") !== "unknown";
            return named !== undefined && isMeant ? [{ ...part, version: named }] : [];
          });
    return parts.map((each) => ({ ...(subject && { whole: subject.url }), part: each }));
  }
}

function urlOf(component: JsonRecord): PackageUrl | undefined {
  const written = textOf(component.purl);
  return written === undefined ? undefined : parsePackageUrl(written);
}

/** Many write a package URL as the reference; a BOM-Link has the reference of another document behind `#`. */
function urlInRef(ref: string): PackageUrl | undefined {
  const [, linked] = /^urn:cdx:[^#]+#(.+)$/.exec(ref) ?? [];
  if (linked === undefined) return parsePackageUrl(ref);
  try {
    return parsePackageUrl(decodeURIComponent(linked)) ?? parsePackageUrl(linked);
  } catch {
    return parsePackageUrl(linked);
  }
}

function namesOf({ id, references }: JsonRecord): string[] {
  const name = required(textOf(id), "id of a vulnerability");
  const others = listOf(references, "references").flatMap((each) => textOf(each.id) ?? []);
  return [...new Set([name, ...others])];
}

/** Whoever is named first; not all documents name somebody. */
function authorOf(metadata: JsonRecord): string {
  const authors = recordsOf(metadata.authors).map(
    ({ name, email }) => textOf(name) ?? textOf(email),
  );
  const organizations = [metadata.manufacturer, metadata.manufacture, metadata.supplier].map(
    (each) => textOf(recordOf(each)?.name),
  );
  return [...authors, ...organizations].find((each) => each !== undefined) ?? "not named";
}
