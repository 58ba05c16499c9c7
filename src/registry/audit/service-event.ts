import { randomUUID } from "node:crypto";
import type { AuditRow } from "../../ports/audit-store.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { type AuditEntry, type AuditObject, resourcesOf } from "./audit-entry.ts";
import { rowOf } from "./audit-segment.ts";
import { serviceActor } from "./user-identity.ts";

/** Something that the deployment did by itself. */
export interface ServiceEvent {
  /** In whose trail it is. */
  readonly registry: Registry;
  readonly eventSource:
    | "ecr.amazonaws.com"
    | "kms.amazonaws.com"
    | "secretsmanager.amazonaws.com"
    | "entrepot";
  /** `PolicyExecutionEvent` and the like. */
  readonly eventName: string;
  /** What it was done to. */
  readonly arn?: string | undefined;
  readonly details: AuditObject;
}

/** Notes it in the transaction of what it tells (I14). */
export async function noteService(
  { memory, clock }: Pick<Ports, "memory" | "clock">,
  change: Pick<MetadataChange, "audit">,
  ...events: readonly ServiceEvent[]
): Promise<void> {
  if (!memory.audit.keeps("background")) return;
  const rows: AuditRow[] = events.map((event) => rowOf(entryOf(event, clock.now())));
  await change.audit.put(rows);
}

/** The same of what is no transaction: it is written with the next batch. */
export function rememberService(
  { memory, clock }: Pick<Ports, "memory" | "clock">,
  event: ServiceEvent,
): void {
  memory.audit.remember(entryOf(event, clock.now()));
}

/** Source: ECR, "Logging Amazon ECR actions with AWS CloudTrail", service events. */
function entryOf(event: ServiceEvent, at: number): AuditEntry {
  const { registry, eventSource, eventName, arn, details } = event;
  const { account } = registry;
  const resources = resourcesOf(arn, account);
  return {
    ...{ kind: "background", registry, at, id: randomUUID(), requestId: "" },
    actor: serviceActor(account, "AWS Internal"),
    action: {
      ...{ eventSource, eventName, eventType: "AwsServiceEvent", readOnly: false },
      serviceEventDetails: details,
      ...(resources.length === 0 ? {} : { resources }),
    },
  };
}
