import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import type { Evidence } from "../../api/reviews.ts";
import { Fields } from "../../components/fields.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Severity, SeverityCounts } from "../../components/severity.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest, Time } from "../../components/values.tsx";
import { reviews as words } from "../../messages/reviews.ts";
import { ReasonList } from "./reason-list.tsx";

export function Facts({ evidence }: { evidence: Evidence }) {
  const { repositoryName, imageDigest, findings, sbom, signatures, quarantine } = evidence;
  const { advice = {} } = evidence;
  return (
    <Fields
      fields={[
        [
          words.image,
          <PlaceLink key="image" to={`/r/${repositoryName}/-/i/${imageDigest}`}>
            {shortDigest(imageDigest)}
          </PlaceLink>,
        ],
        [words.tags, evidence.imageTags.join(", ") || "–"],
        [words.pushed, <Time key="pushed" seconds={evidence.imagePushedAt} />],
        [words.pushedBy, evidence.pushedBy.join(", ") || words.notKnown],
        [words.reasons, <VerdictText key="verdict" verdict={evidence.verdict} />],
        quarantine && [words.quarantine, words.quarantined(quarantine.by, quarantine.reason)],
        [words.findings, <FindingCounts key="findings" evidence={evidence} />],
        [words.exploited, findings.knownExploited],
        [words.fixable, findings.fixable],
        [words.packages, sbom.packages ?? words.notKnown],
        [words.sboms, sbom.attached.length],
        [
          words.signatures,
          signatures.state === "ABSENT" ? words.unsigned : words.signed(signatures.digests.length),
        ],
        [
          words.advice,
          Object.entries(advice)
            .map(([severity, count]) => `${count} ${severity.toLowerCase()}`)
            .join(", ") || "–",
        ],
      ]}
    />
  );
}

/** That nobody looked is not the same as that nothing was found. */
function FindingCounts({ evidence: { findings, sbom } }: { evidence: Evidence }) {
  const { bySeverity, total, suppressed } = findings;
  if (total === 0 && sbom.packages === undefined) return <>{words.notScanned}</>;
  return (
    <>
      <SeverityCounts counts={bySeverity} />
      {words.findingCounts(total, suppressed)}
    </>
  );
}

function VerdictText({ verdict }: { verdict: Evidence["verdict"] | undefined }) {
  if (verdict === undefined) return <>{words.noVerdict}</>;
  const type = verdict.state === "ALLOWED" ? "success" : "warning";
  return (
    <>
      <Status type={type}>{words.states[verdict.state]}</Status>
      <ReasonList reasons={verdict.reasons} />
    </>
  );
}

/** By each gate the worst of what blocks, or would. */
export function Blocking({ gates }: Pick<Evidence, "gates">) {
  return (
    <div>
      {gates
        .filter(({ blocking }) => blocking > 0)
        .map(({ name, mode, blocking, findings }) => (
          <ListTable
            key={name}
            variant="embedded"
            items={[...findings]}
            ariaLabels={{ tableLabel: words.blocking(name, blocking, mode) }}
            header={<Box variant="h3">{words.blocking(name, blocking, mode)}</Box>}
            columnDefinitions={[
              { id: "priority", header: words.priority, cell: (each) => Math.round(each.priority) },
              {
                ...{ id: "id", header: "CVE", isRowHeader: true },
                cell: ({ vulnerabilityId, knownExploited }) => (
                  <>
                    {vulnerabilityId}
                    {knownExploited && <Box color="text-status-error">{words.exploited}</Box>}
                  </>
                ),
              },
              {
                ...{ id: "severity", header: words.findings },
                cell: ({ severity }) => <Severity severity={severity} />,
              },
              {
                ...{ id: "package", header: words.package },
                cell: ({ packageName, packageVersion }) => `${packageName} ${packageVersion}`,
              },
              {
                ...{ id: "fixed", header: words.fixedIn },
                cell: ({ fixedVersion }) => fixedVersion ?? "–",
              },
            ]}
          />
        ))}
    </div>
  );
}

/** What is new since the image of the repository that was approved last. */
export function Difference({ difference }: { difference: Evidence["difference"] | undefined }) {
  const lists = ["addedFindings", "goneFindings", "addedPackages", "gonePackages"] as const;
  return (
    <div>
      <Box variant="h3">{words.differs}</Box>
      {difference === undefined ? (
        words.noDifference
      ) : (
        <ColumnLayout columns={4}>
          {lists.map((list) => (
            <Names key={list} title={words[list]} {...difference[list]} />
          ))}
        </ColumnLayout>
      )}
    </div>
  );
}

interface NamesProps {
  readonly title: string;
  readonly total: number;
  readonly names: readonly string[];
}

function Names({ title, total, names }: NamesProps) {
  return (
    <div>
      <Box variant="awsui-key-label">
        {title} ({total})
      </Box>
      <ul>
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
        {total > names.length && <li>{words.andMore(total - names.length)}</li>}
      </ul>
    </div>
  );
}

export function History({ reviews }: Pick<Evidence, "reviews">) {
  return (
    <div>
      <Box variant="h3">{words.history}</Box>
      {reviews.length === 0 && words.noHistory}
      <ul>
        {reviews.map(({ reviewer, decision, comment, at, until, ended }) => (
          <li key={`${reviewer} ${at}`}>
            {reviewer} {words.decisionText[decision]} <Time seconds={at} />
            {until !== undefined && (
              <>
                , {words.until} <Time seconds={until} />
              </>
            )}
            : {comment}
            {ended !== undefined && ` (${words.ended(ended.because)})`}
          </li>
        ))}
      </ul>
    </div>
  );
}
