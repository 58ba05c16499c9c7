import { type Digest, isDigest } from "../names.ts";
import { recordOf, recordsOf } from "../scanning/sbom/document-json.ts";
import { TakeoverFailure } from "./takeover-failure.ts";

/** What an index of referrers lists. Source: OCI Distribution 1.1, "Listing Referrers". @throws TakeoverFailure */
export function referrersIn(bytes: Uint8Array): readonly Digest[] {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new TakeoverFailure("refused", "The list of referrers is no JSON");
  }
  return recordsOf(recordOf(root)?.manifests).flatMap(({ digest }) =>
    typeof digest === "string" && isDigest(digest) ? digest : [],
  );
}
