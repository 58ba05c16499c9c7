import { FileRefused } from "../../file-analyzer.ts";
import {
  documentJson,
  type JsonRecord,
  listOf,
  recordOf,
  required,
  textOf,
  textsOf,
} from "../document-json.ts";
import { sbomLimits } from "../sbom-limits.ts";
import { CsafProducts } from "./csaf-products.ts";
import { type VexStatement, type VexStatus, vexJustifications } from "./vex-statement.ts";
import { timeOf } from "./vex-values.ts";

/** What CSAF's words for a product's status are here; `recommended` says nothing of the vulnerability. */
const statuses: Readonly<Record<string, VexStatus>> = {
  first_affected: "affected",
  known_affected: "affected",
  last_affected: "affected",
  first_fixed: "fixed",
  fixed: "fixed",
  known_not_affected: "not_affected",
  under_investigation: "under_investigation",
};

/**
 * Reads a CSAF 2 document of the profile `csaf_vex`. Products without a package URL are left out: what they are
 * cannot be told. Source: CSAF 2.0, 4.5 "Profile 5: VEX"
 * @throws FileRefused for what is none, or breaks a rule of it; never half of one
 */
export function readCsafVex(content: Uint8Array): VexStatement[] {
  const root = documentJson(content);
  const document = required(recordOf(root.document), "document");
  if (document.category !== "csaf_vex")
    throw new FileRefused("is no CSAF document of category csaf_vex");
  if (!textOf(document.csaf_version)?.startsWith("2.")) throw new FileRefused("is no CSAF 2");
  const author = required(textOf(recordOf(document.publisher)?.name), "name of the publisher");
  const released = recordOf(document.tracking)?.current_release_date;
  const timestamp = timeOf(released, "current_release_date");
  const products = new CsafProducts(required(recordOf(root.product_tree), "product_tree"));
  const reader = new StatementReader(products, author, timestamp);
  return listOf(root.vulnerabilities, "vulnerabilities").flatMap((each) => reader.read(each));
}

class StatementReader {
  readonly #products: CsafProducts;
  readonly #author: string;
  readonly #timestamp: number;
  #statements = 0;
  #told = 0;

  constructor(products: CsafProducts, author: string, timestamp: number) {
    this.#products = products;
    this.#author = author;
    this.#timestamp = timestamp;
  }

  /** One statement for each status and reason, of all products that have both. */
  read(vulnerability: JsonRecord): VexStatement[] {
    const vulnerabilities = namesOf(vulnerability);
    const flags = this.#reasons(vulnerability.flags, "flags", ({ label }) => textOf(label));
    const impacts = this.#reasons(vulnerability.threats, "threats", ({ category, details }) =>
      category === "impact" ? textOf(details) : undefined,
    );
    const groups = new Map<string, { status: VexStatus; ids: string[] }>();
    const told = required(recordOf(vulnerability.product_status), "product_status");
    for (const [word, status] of Object.entries(statuses)) {
      for (const id of textsOf(told[word])) {
        const key = JSON.stringify([status, flags.get(id), impacts.get(id)]);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { status, ids: [id] });
        else group.ids.push(id);
      }
    }
    return [...groups.values()].map(({ status, ids }) => {
      const [justification, impact] = [flags.get(ids[0]!), impacts.get(ids[0]!)];
      const isReasoned = justification !== undefined || impact !== undefined;
      if (status === "not_affected" && !isReasoned) {
        throw new FileRefused("says known_not_affected and not why");
      }
      return {
        vulnerabilities,
        products: this.#counted(ids),
        status,
        ...(justification !== undefined && { justification }),
        ...(impact !== undefined && { impact }),
        timestamp: this.#timestamp,
        author: this.#author,
      };
    });
  }

  #reasons(
    list: unknown,
    what: string,
    reasonOf: (entry: JsonRecord) => string | undefined,
  ): Map<string, string> {
    const reasons = new Map<string, string>();
    for (const entry of listOf(list, what)) {
      const reason = reasonOf(entry);
      if (reason === undefined) continue;
      if (what === "flags" && !vexJustifications.has(reason)) {
        throw new FileRefused("has a flag that there is not");
      }
      for (const id of this.#products.idsOf(entry)) reasons.set(id, reason);
    }
    return reasons;
  }

  #counted(ids: readonly string[]) {
    const products = [...new Set(ids)].flatMap((id) => this.#products.of(id));
    this.#statements++;
    this.#told += products.length;
    const isTooMuch = this.#statements > sbomLimits.statements || this.#told > sbomLimits.products;
    if (isTooMuch) throw new FileRefused("of too many statements or products");
    return products;
  }
}

function namesOf({ cve, ids }: JsonRecord): string[] {
  const others = listOf(ids, "ids").flatMap(({ text }) => textOf(text) ?? []);
  const names = [...new Set([textOf(cve) ?? [], others].flat())];
  if (names.length === 0) throw new FileRefused("has a vulnerability without a name");
  return names;
}
