/** What `entrepot gallery`, `approval` and `environment` tell people. */
import { isoText } from "../access/times.ts";
import type { Answer } from "../calls.ts";
import { shortDigest } from "../digests.ts";
import { fieldsText, tableText } from "../table.ts";

type Entries = Answer<"entrepot:ListGalleryEntries">["entries"];

export function entriesText(entries: Entries, isMore: boolean, width: number): string {
  if (entries.length === 0) return isMore ? "None so far, and there are more." : "There are none.";
  const rows = entries.map(({ registryId, repositoryName, title, owner, categories }) => [
    ...[repositoryName, registryId, title, owner, categories.join(", ") || "-"],
  ]);
  const columns = [{ whole: "REPOSITORY" }, "ACCOUNT", "TITLE", "OWNER", "CATEGORIES"];
  return tableText(columns, rows, width) + (isMore ? "\nThere are more." : "");
}

export function entryText(told: Answer<"entrepot:GetGalleryEntry">, width: number): string {
  const { entry, versions, problems = [] } = told;
  const fields = Object.entries(entry.fields).map(
    ([name, value]) => [name, String(value)] as const,
  );
  const head = fieldsText([
    ...([
      ["title", entry.title],
      ["owner", entry.owner],
      ["purpose", entry.purpose],
      ["contact", entry.contact ?? ""],
      ["documentation", entry.documentation ?? ""],
      ["categories", entry.categories.join(", ")],
    ] as const),
    ...fields,
    ...(entry.visibility === undefined ? [] : [["shown to", entry.visibility.scope] as const]),
    ...(problems.length === 0 ? [] : [["lacks", problems] as const]),
  ]);
  if (versions.length === 0) return head;
  const rows = versions.map(({ version, tagPattern, imageDigest, state, successor, note }) => [
    ...[version, tagPattern ?? shortDigest(imageDigest ?? ""), state, successor ?? "-"],
    note ?? "-",
  ]);
  const columns = [{ whole: "VERSION" }, "IMAGES", "STATE", "SUCCESSOR", "NOTE"];
  return `${head}\n\n${tableText(columns, rows, width)}`;
}

type Requested = Answer<"entrepot:ListApprovalRequests">["requests"][number];

export function requestsText(
  requests: readonly Requested[],
  isMore: boolean,
  width: number,
): string {
  if (requests.length === 0) return isMore ? "None so far, and there are more." : "There are none.";
  const rows = requests.map((each) => [
    ...[each.requestId, each.repositoryName, shortDigest(each.imageDigest), each.environment],
    ...[each.state, each.requester, isoText(each.requestedAt)],
  ]);
  const columns = [
    ...[{ whole: "REQUEST" }, "REPOSITORY", "IMAGE", "ENVIRONMENT", "STATE", "REQUESTER", "SINCE"],
  ];
  return tableText(columns, rows, width) + (isMore ? "\nThere are more." : "");
}

function whoText(arn: string, assumedBy: string | undefined): string {
  return assumedBy === undefined ? arn : `${arn}, assumed by ${assumedBy}`;
}

export function requestText({ request, evidence }: Answer<"entrepot:GetApprovalRequest">): string {
  const { bySeverity, total, suppressed, knownExploited } = evidence.findings;
  const counts = Object.entries(bySeverity).map(([name, n]) => `${n} ${name.toLowerCase()}`);
  const { promotion } = request;
  const asker = whoText(request.requester, request.requesterAssumedBy);
  return fieldsText([
    ["image", `${request.repositoryName}@${request.imageDigest}`],
    ["for", request.environment],
    ["state", `${request.state}${request.emergency ? ", in an emergency" : ""}`],
    ["asked by", `${asker}, ${isoText(request.requestedAt)}: ${request.comment}`],
    ["checks", request.checks.map((each) => `${each.passed ? "ok  " : "FAIL"} ${each.sentence}`)],
    ["scan", evidence.scan?.status ?? "none"],
    ["findings", [`${total}, ${suppressed} of them suppressed`, ...counts]],
    ["exploited", String(knownExploited)],
    ["attached", evidence.referrers.map((each) => `${each.digest} ${each.artifactType}`)],
    [
      "signed by",
      evidence.signatures.map((each) => {
        return `${each.signer} (${each.fingerprint}), in ${each.manifest}`;
      }),
    ],
    [
      "decisions",
      request.decisions.map(({ decision, reviewer, assumedBy, comment }) => {
        return `${decision} by ${whoText(reviewer, assumedBy)}: ${comment}`;
      }),
    ],
    ["good until", request.until === undefined ? "" : isoText(request.until)],
    ["promotion", promotion === undefined ? "" : promotionText(promotion)],
  ]);
}

function promotionText(promotion: NonNullable<Requested["promotion"]>) {
  const { state, repositoryName, destination, reason } = promotion;
  const to = repositoryName === undefined ? "" : ` to ${repositoryName}`;
  const where = destination && ` in ${destination.registryId}, ${destination.region}`;
  return `${state}${to}${where ?? ""}${reason === undefined ? "" : `: ${reason}`}`;
}

function registryText(named: Environments[number]["promote"]["destination"]): string {
  return named === undefined ? "-" : `${named.registryId} ${named.region}`;
}

type Environments = Answer<"entrepot:ListEnvironments">["environments"];

export function environmentsText(environments: Environments, width: number): string {
  if (environments.length === 0) return "There are no environments.";
  const rows = environments.map(({ name, approvals, reviewers, days, promote }) => [
    ...[name, String(approvals), reviewers.join(", ") || "whoever may", String(days)],
    ...[promote.repository ?? "-", registryText(promote.destination), promote.tag ?? "-"],
  ]);
  const columns = [
    ...[{ whole: "ENVIRONMENT" }, "APPROVALS", "REVIEWERS", "DAYS", "PROMOTED TO", "IN", "TAG"],
  ];
  return tableText(columns, rows, width);
}
