import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { AuditEntry } from "../../src/registry/audit/audit-entry.ts";
import { rowOf } from "../../src/registry/audit/audit-segment.ts";
import type { Registry } from "../../src/registry/names.ts";

export interface AuditFill {
  /** Where a server is to find the records; none runs there yet. */
  readonly directory: string;
  readonly records: number;
  /** Milliseconds since the epoch: records are spread evenly over the days before. */
  readonly until: number;
  readonly days: number;
}

const registry = { account: "000000000000", region: "us-east-1" } as Registry;
const rowsAtOnce = 2_000;
const events = ["PutImage", "BatchGetImage", "DescribeImages", "BatchDeleteImage"] as const;
const denied = { errorCode: "AccessDeniedException", errorMessage: "bo may not, by no policy." };

/**
 * The nth record before now: every second one is ann's, every fourth a push, every tenth refused. The program of
 * each hundredth has a name that a spreadsheet would compute.
 */
function entryOf(n: number, at: number): AuditEntry {
  const name = n % 2 === 0 ? "ann" : "bo";
  const eventName = events[n % events.length]!;
  const arn = `arn:aws:ecr:us-east-1:${registry.account}:repository/team/app-${n % 20}`;
  return {
    ...{ kind: "api", registry, at, id: `fill-${String(n).padStart(8, "0")}`, requestId: "" },
    actor: {
      userIdentity: {
        ...{ type: "IAMUser", userName: name, principalId: `AIDA${name}` },
        arn: `arn:aws:iam::${registry.account}:user/${name}`,
      },
      sourceIPAddress: `10.0.0.${n % 5}`,
      userAgent: n % 100 === 0 ? "=cmd()" : "docker/29",
    },
    action: {
      ...{ eventSource: "ecr.amazonaws.com", eventName, eventType: "AwsApiCall" },
      readOnly: eventName === "BatchGetImage" || eventName === "DescribeImages",
      requestParameters: { repositoryName: `team/app-${n % 20}` },
      resources: [{ ARN: arn, type: "AWS::ECR::Repository" }],
      ...(n % 10 === 5 && denied),
    },
  };
}

/** Records of an audit trail as many calls over a long time would leave them. */
export async function fillAudit({ directory, records, until, days }: AuditFill): Promise<void> {
  const onWriterFailure = (error: Error) => {
    throw error;
  };
  const store = await openSqliteMetadata({ directory, onWriterFailure });
  const everyMs = (days * 86_400_000) / records;
  for (let done = 0; done < records; done += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, records - done) }, (_, place) => {
      const n = done + place;
      return rowOf(entryOf(n, Math.round(until - n * everyMs)));
    });
    await store.transaction(({ audit }) => audit.put(rows));
  }
  await store.close();
}
