import type { AuditReceiver } from "../../ports/audit-receiver.ts";
import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import { toRecord, usernameOf } from "../../registry/audit/cloudtrail-record.ts";
import { forwardLimits } from "../../registry/trails/forward-limits.ts";
import { ReceiverError } from "./receiver-error.ts";

/**
 * A receiver of logs by OTLP over HTTP, in JSON. Whatever it refuses as a whole is sent again; records
 * that it says it has rejected are not. Source: OpenTelemetry, "OTLP Specification", "OTLP/HTTP".
 */
export class OtlpReceiver implements AuditReceiver {
  readonly #url: string;

  /** @param url such as `http://127.0.0.1:4318/v1/logs` */
  constructor(url: string) {
    this.#url = url;
  }

  async send(entries: readonly AuditEntry[], signal: AbortSignal): Promise<number> {
    let rejected = 0;
    for (const records of requestsOf(entries)) rejected += await this.#post(records, signal);
    return rejected;
  }

  async #post(records: readonly string[], signal: AbortSignal): Promise<number> {
    const patience = AbortSignal.timeout(forwardLimits.patienceMs);
    try {
      const answer = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: `${before}${records.join(",")}${after}`,
        redirect: "error",
        signal: AbortSignal.any([signal, patience]),
      });
      const text = await firstText(answer);
      if (answer.ok) return rejectedOf(text);
      const sentence = `the receiver of logs answers with status ${answer.status}`;
      throw new ReceiverError(`HTTP_${answer.status}`, sentence);
    } catch (error) {
      if (!patience.aborted) throw error;
      const sentence = `the receiver of logs did not answer in ${forwardLimits.patienceMs / 1000} s`;
      throw new ReceiverError("ETIMEDOUT", sentence, error);
    }
  }
}

const resource = { attributes: [attribute("service.name", "entrepot")] };
const scope = { name: "entrepot.audit" };
const before = `{"resourceLogs":[{"resource":${JSON.stringify(resource)},"scopeLogs":[{"scope":${JSON.stringify(scope)},"logRecords":[`;
const after = "]}]}]}";

function* requestsOf(entries: readonly AuditEntry[]): Generator<readonly string[]> {
  const { requestRecords, requestCharacters } = forwardLimits;
  let some: string[] = [];
  let characters = 0;
  for (const entry of entries) {
    const text = JSON.stringify(logRecordOf(entry));
    const isFull = some.length >= requestRecords || characters + text.length > requestCharacters;
    if (isFull && some.length > 0) {
      yield some;
      [some, characters] = [[], 0];
    }
    some.push(text);
    characters += text.length;
  }
  if (some.length > 0) yield some;
}

/** Source: OpenTelemetry, "Logs Data Model", SeverityNumber. */
const severities = { INFO: 9, WARN: 13 } as const;

function logRecordOf(entry: AuditEntry) {
  const { at, kind, registry, action, actor } = entry;
  const severityText = action.errorCode === undefined ? "INFO" : "WARN";
  const nanoseconds = `${BigInt(at) * 1_000_000n}`;
  const values = {
    "entrepot.audit.kind": kind,
    "cloud.account.id": registry.account,
    "cloud.region": registry.region,
    "aws.event.id": entry.id,
    "aws.event.source": action.eventSource,
    "aws.event.name": action.eventName,
    "aws.request_id": entry.requestId,
    "enduser.id": usernameOf(entry),
    "client.address": actor.sourceIPAddress,
    "error.type": action.errorCode ?? "",
  };
  return {
    timeUnixNano: nanoseconds,
    observedTimeUnixNano: nanoseconds,
    severityNumber: severities[severityText],
    severityText,
    eventName: "entrepot.audit",
    body: { stringValue: JSON.stringify(toRecord(entry)) },
    attributes: Object.entries(values)
      .filter(([, value]) => value !== "")
      .map(([key, value]) => attribute(key, value)),
  };
}

function attribute(key: string, value: string) {
  return { key, value: { stringValue: value } };
}

/** As much of an answer as is read. */
async function firstText(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body ?? []) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > forwardLimits.answerBytes) break;
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** Of an ExportLogsServiceResponse; a text that is none says nothing of rejected records. */
function rejectedOf(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess?: { rejectedLogRecords?: number | string } | null;
    };
    const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0);
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return 0;
    throw error;
  }
}
