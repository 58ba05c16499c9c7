/** What `entrepot gate` and `entrepot review` tell people. */
import { isoText } from "../access/times.ts";
import type { Answer } from "../calls.ts";
import { shortDigest } from "../digests.ts";
import { fieldsText, tableText } from "../table.ts";

export type GateTold = Answer<"entrepot:ListGates">["gates"][number];
export type VerdictTold = Answer<"entrepot:GetImageVerdict">["verdict"];
export type Evidence = Answer<"entrepot:GetReview">;

export function gatesText(gates: readonly GateTold[], width: number): string {
  if (gates.length === 0) return "There are no gates: every image can be pulled.";
  return tableText(
    [{ whole: "GATE" }, "MODE", "REPOSITORIES", "TAGS", "ASKS", "APPLIED"],
    gates.map((gate) => [
      ...[gate.name, gate.mode, gate.repositories.join(", "), gate.tags.join(", ") || "all"],
      ...[asksText(gate), gate.applied ? "yes" : "not to all images yet"],
    ]),
    width,
  );
}

/** In few words. */
export function asksText(gate: GateTold): string {
  const { blockAtSeverity, blockAtPriority, blockKnownExploited, blockWhen } = gate;
  const asked = [
    ...(gate.requireScan ? ["a scan"] : []),
    ...(gate.requireReview ? ["a review"] : []),
    ...(gate.signedBy.length > 0 ? [`a signature by ${gate.signedBy.join(" or ")}`] : []),
    ...(gate.requireApproval === undefined ? [] : [`an approval for ${gate.requireApproval}`]),
    ...(blockAtSeverity === undefined ? [] : [`nothing ${blockAtSeverity.toLowerCase()} or worse`]),
    ...(blockAtPriority === undefined ? [] : [`no priority of ${blockAtPriority} or more`]),
    ...(blockKnownExploited ? ["nothing that is known to be exploited"] : []),
    ...(blockWhen.length === 0 ? [] : [`${blockWhen.length} conditions`]),
  ];
  const grace = gate.graceDays > 0 ? [`after ${gate.graceDays} days`] : [];
  const fixable = gate.onlyFixable ? ["of what has a fix"] : [];
  return [asked.join(", "), ...fixable, ...grace].join(" ");
}

export function verdictText(verdict: VerdictTold): string {
  const { state = "ALLOWED", reasons = [] } = verdict;
  const head = headOf(state);
  const lines = reasons.map(({ gate, mode, sentence }) => {
    const whose = gate === undefined ? "" : `gate ${gate}: `;
    return `  ${whose}${sentence}${mode === "report" ? " (only reported)" : ""}`;
  });
  return [head, ...lines].join("\n");
}

function headOf(state: NonNullable<VerdictTold["state"]>): string {
  switch (state) {
    case "ALLOWED":
      return "It can be pulled.";
    case "PENDING":
      return "It can not be pulled yet:";
    case "QUARANTINED":
      return "It can not be pulled:";
  }
}

type Listed = Answer<"entrepot:ListHeldImages">["images"][number];

export function verdictsText(verdicts: readonly Listed[], more: boolean, width: number): string {
  if (verdicts.length === 0) return "There are none.";
  const table = tableText(
    [{ whole: "REPOSITORY" }, { whole: "IMAGE" }, "STATE", "REVIEW", "SINCE", "WHY"],
    verdicts.map((each) => [
      ...[each.repositoryName, shortDigest(each.imageDigest), each.state, each.review ?? "-"],
      ...[isoText(each.changedAt), each.reasons.map(({ sentence }) => sentence).join(". ")],
    ]),
    width,
  );
  return more ? `${table}\nThere are more.` : table;
}

export function evidenceText(evidence: Evidence): string {
  const { findings, sbom, signatures, difference, verdict, advice } = evidence;
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).map(([name, count]) => `${count} ${name.toLowerCase()}`);
  const fields: (readonly [string, string | readonly string[]])[] = [
    ["image", `${evidence.repositoryName}@${evidence.imageDigest}`],
    ["tags", evidence.imageTags.join(", ")],
    ["pushed by", evidence.pushedBy],
    ["pushed", isoText(evidence.imagePushedAt)],
    ["verdict", verdict === undefined ? "no gate speaks of it" : verdictText(verdict).split("\n")],
    ["findings", `${findings.total}, of these ${findings.suppressed} suppressed`],
    ["of these", counts(findings.bySeverity).join(", ")],
    ["exploited", String(findings.knownExploited)],
    ["with a fix", String(findings.fixable)],
    ...evidence.gates.map(
      ({ name, blocking, findings: named }) =>
        [
          `gate ${name}`,
          [
            `${blocking} block`,
            ...named.map((one) => `${one.vulnerabilityId} ${one.packageName} ${one.severity}`),
          ],
        ] as const,
    ),
    ["packages", sbom.packages === undefined ? "not known" : String(sbom.packages)],
    ["signatures", signaturesText(signatures)],
    ...(advice === undefined ? [] : [["advice", counts(advice).join(", ")] as const]),
    ...(difference === undefined ? [] : differenceFields(difference)),
    ["reviews", evidence.reviews.map(reviewText)],
  ];
  return fieldsText(fields);
}

function signaturesText({ state, digests, signedBy }: Evidence["signatures"]): string {
  if (state === "ABSENT") return "none";
  const whose = state === "VERIFIED" ? `by ${signedBy.join(", ")}` : "none by a trusted signer";
  return `${digests.length}, ${whose}`;
}

function differenceFields(
  difference: NonNullable<Evidence["difference"]>,
): (readonly [string, string | readonly string[]])[] {
  const { approved, addedFindings, goneFindings, addedPackages, gonePackages } = difference;
  const named = ({ total, names }: typeof addedFindings) => [String(total), ...names];
  return [
    ["since", shortDigest(approved.imageDigest)],
    ["+ findings", named(addedFindings)],
    ["- findings", named(goneFindings)],
    ["+ packages", named(addedPackages)],
    ["- packages", named(gonePackages)],
  ];
}

function reviewText(review: Evidence["reviews"][number]): string {
  const { decision, reviewer, at, comment, until, ended } = review;
  const end = ended === undefined ? "" : `; ended: ${ended.because}`;
  const good = until === undefined ? "" : `, good until ${isoText(until)}`;
  return `${decision} by ${reviewer} ${isoText(at)}${good}: ${comment}${end}`;
}
