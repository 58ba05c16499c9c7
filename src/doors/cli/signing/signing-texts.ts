/** What `entrepot signing` tells people. */
import { isoText } from "../access/times.ts";
import type { Answer } from "../calls.ts";
import { shortDigest } from "../digests.ts";
import { tableText } from "../table.ts";

type Signer = Answer<"entrepot:ListTrustedSigners">["signers"][number];
type Described = Answer<"entrepot:DescribeImageSignatures">;
type Signature = Described["signatures"][number];

export function signersText(signers: readonly Signer[], width: number): string {
  if (signers.length === 0) return "Nobody is trusted: no signature counts.";
  return tableText(
    [{ whole: "SIGNER" }, "KIND", "REPOSITORIES", "SUBJECT", "SINCE"],
    signers.map(({ name, kind, repositories, subject, putAt }) => [
      ...[name, kind === "PUBLIC_KEY" ? "public key" : "certificate"],
      ...[repositories.join(", ") || "all", subject.join(", ") || "-", isoText(putAt)],
    ]),
    width,
  );
}

export function signaturesText(
  { signatures, isComplete }: Described,
  { isSigned, wanted }: { readonly isSigned: boolean; readonly wanted: readonly string[] },
  width: number,
): string {
  const whom = wanted.length === 0 ? "a trusted signer" : wanted.join(" or ");
  const head = isSigned ? `It is signed by ${whom}.` : `It is not signed by ${whom}.`;
  if (signatures.length === 0) return head;
  const table = tableText(
    [{ whole: "SIGNATURE" }, "FORMAT", "SIGNER", "ABOUT"],
    signatures.map((each) => [
      ...[shortDigest(each.signatureDigest), each.format.toLowerCase().replaceAll("_", " ")],
      ...[each.signer ?? each.reason ?? "-", aboutText(each)],
    ]),
    width,
  );
  return [head, table, ...(isComplete ? [] : ["There are more than are looked at."])].join("\n");
}

function aboutText({ indexDigest, predicateType }: Signature): string {
  const what = indexDigest === undefined ? "the image" : `its index ${shortDigest(indexDigest)}`;
  return predicateType === undefined ? what : `${what}: ${predicateType}`;
}
