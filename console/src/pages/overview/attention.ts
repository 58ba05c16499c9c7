import type { KeyAnswer } from "../../api/kms.ts";
import type { Overview } from "../../api/overview.ts";
import { messages } from "../../messages.ts";

/** One thing that somebody should see to, and where. */
export interface Attention {
  readonly sentence: string;
  readonly to: string;
}

const words = messages.attention;
const places: Readonly<Record<string, string>> = {
  ADVISORIES_MISSING: "/settings?tab=scanning",
  EVENTS_UNDELIVERED: "/settings?tab=jobs",
  IMAGES_QUARANTINED: "/reviews",
  KEY_DISABLED: "/keys",
  KEY_MISSING: "/keys",
  KEY_PENDING_DELETION: "/keys",
  REPLICATION_FAILED: "/replication",
  REVIEWS_PENDING: "/reviews",
  SCANS_FAILED: "/security?tab=coverage",
};

/** @param keys those that the reader may know of, for their aliases */
export function attentionOf({ attention }: Overview, keys: readonly KeyAnswer[]): Attention[] {
  return attention.map(({ kind, count, truncated, subject = "" }) => {
    const many = `${count}${truncated === true ? "+" : ""}`;
    const alias = keys.find(({ arn }) => arn === subject)?.alias;
    const name = alias ?? shortName(subject);
    const sentence = words[kind as keyof typeof words]?.(many, name) ?? kind;
    return { sentence, to: placeOf(kind, subject) };
  });
}

function placeOf(kind: string, subject: string): string {
  const place = places[kind] ?? "/";
  const key = /:key\/([\w-]+)$/.exec(subject)?.[1];
  if (place === "/keys" && key !== undefined) return `/keys/${key}`;
  if (kind !== "REPLICATION_FAILED") return place;
  return `${place}?${new URLSearchParams({ destination: shortName(subject) })}`;
}

/** Whether keys are among what somebody should see to. */
export function namesKeys({ attention }: Overview): boolean {
  return attention.some(({ kind }) => places[kind] === "/keys");
}

/** A key by its id, a destination by its region first, as on the page of replication. */
function shortName(subject: string): string {
  const [, account, region] = /^(\d{12})\/([\w-]+)$/.exec(subject) ?? [];
  if (account !== undefined) return `${region}/${account}`;
  return /:key\/([\w-]+)$/.exec(subject)?.[1] ?? subject;
}
