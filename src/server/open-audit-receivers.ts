/** Who is told audit records: of the composition root, the part that knows their kinds. */
import { OtlpReceiver } from "../adapters/audit/otlp-receiver.ts";
import { SyslogReceiver } from "../adapters/audit/syslog-receiver.ts";
import type { Config } from "../config.ts";
import type { AuditReceiver, AuditReceivers, ReceiverKind } from "../ports/audit-receiver.ts";

export function openAuditReceivers({
  auditSyslog,
  auditOtlp,
  domain,
}: Pick<Config, "auditSyslog" | "auditOtlp" | "domain">): AuditReceivers {
  const receivers = new Map<ReceiverKind, AuditReceiver>();
  if (auditSyslog !== undefined) {
    receivers.set("syslog", new SyslogReceiver({ ...auditSyslog, hostname: domain }));
  }
  if (auditOtlp !== undefined) receivers.set("otlp", new OtlpReceiver(auditOtlp));
  return receivers;
}
