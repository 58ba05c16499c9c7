import { FileRefused } from "../../file-analyzer.ts";
import { type PackageUrl, parsePackageUrl } from "../../package-url.ts";
import { type JsonRecord, listOf, recordOf, textOf, textsOf } from "../document-json.ts";
import { sbomLimits } from "../sbom-limits.ts";
import type { VexProduct } from "./vex-statement.ts";

/** The products of a CSAF document, by the ids that it gives them. Source: CSAF 2.0, 3.2.2 "Product Tree" */
export class CsafProducts {
  readonly #products = new Map<string, readonly VexProduct[]>();
  readonly #groups = new Map<string, readonly string[]>();

  /** @throws FileRefused for a tree that is too large, or is none */
  constructor(tree: JsonRecord) {
    const urls = new Map<string, readonly PackageUrl[]>();
    for (const product of namedProducts(tree)) {
      const id = textOf(product.product_id);
      if (id !== undefined) urls.set(id, urlsOf(product));
    }
    for (const [id, own] of urls)
      this.#products.set(
        id,
        own.map((whole) => ({ whole })),
      );
    for (const relationship of listOf(tree.relationships, "relationships")) {
      const id = textOf(recordOf(relationship.full_product_name)?.product_id);
      if (id !== undefined) this.#products.set(id, relatedProducts(relationship, urls));
    }
    for (const group of listOf(tree.product_groups, "product_groups")) {
      const id = textOf(group.group_id);
      if (id !== undefined) this.#groups.set(id, textsOf(group.product_ids));
    }
  }

  /** Nothing for what has no package URL: what it is cannot be told. */
  of(id: string): readonly VexProduct[] {
    return this.#products.get(id) ?? [];
  }

  /** The products that a flag or a threat is about. */
  idsOf(entry: JsonRecord): readonly string[] {
    const groups = textsOf(entry.group_ids).flatMap((id) => this.#groups.get(id) ?? []);
    return [...textsOf(entry.product_ids), ...groups];
  }
}

function namedProducts(tree: JsonRecord): JsonRecord[] {
  const found = [...listOf(tree.full_product_names, "full_product_names")];
  const open = [...listOf(tree.branches, "branches")];
  for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
    const product = recordOf(branch.product);
    if (product !== undefined) found.push(product);
    if (found.length > sbomLimits.products) throw new FileRefused("of too many products");
    for (const below of listOf(branch.branches, "branches")) open.push(below);
  }
  return found;
}

/** Names of a component, times those of what it is in: hardly ever more than one. */
const mostPairs = 1000;

/** CSAF 2.0 has one package URL, 2.1 a list. */
function urlsOf(product: JsonRecord): PackageUrl[] {
  const helper = recordOf(product.product_identification_helper);
  const written = [textOf(helper?.purl) ?? "", ...textsOf(helper?.purls)];
  return written.flatMap((text) => parsePackageUrl(text) ?? []);
}

/**
 * A component of a product, such as a package of a distribution. Where the product has no package URL itself,
 * only a component of one version tells where it holds: without version it would hold everywhere.
 */
function relatedProducts(
  relationship: JsonRecord,
  urls: ReadonlyMap<string, readonly PackageUrl[]>,
): VexProduct[] {
  const of = (value: unknown) => urls.get(textOf(value) ?? "") ?? [];
  const parts = of(relationship.product_reference);
  const wholes = of(relationship.relates_to_product_reference);
  if (wholes.length === 0) {
    return parts.filter(({ version }) => version !== undefined).map((part) => ({ part }));
  }
  if (wholes.length * parts.length > mostPairs) throw new FileRefused("of too many products");
  return wholes.flatMap((whole) => parts.map((part) => ({ whole, part })));
}
