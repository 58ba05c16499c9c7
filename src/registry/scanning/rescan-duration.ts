import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import type { Registry } from "../names.ts";
import { scanRegistryJob } from "./scan-registry.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** For how long an image is scanned again after a pull. Source: Inspector API, EcrConfiguration. */
export const pullDurations = {
  DAYS_3: 3 * dayMs,
  DAYS_7: 7 * dayMs,
  DAYS_14: 14 * dayMs,
  DAYS_30: 30 * dayMs,
  DAYS_60: 60 * dayMs,
  DAYS_90: 90 * dayMs,
  DAYS_180: 180 * dayMs,
} as const;
/** And after its push, or after it came back from the archive. */
export const pushDurations = { ...pullDurations, LIFETIME: Number.POSITIVE_INFINITY } as const;

export type PullDuration = keyof typeof pullDurations;
export type PushDuration = keyof typeof pushDurations;

/** How long images of a registry are scanned again as advisories change. */
export interface RescanDuration {
  readonly afterPush: PushDuration;
  readonly afterPull: PullDuration;
  /** Milliseconds since the epoch; absent where nobody said anything. */
  readonly updatedAt?: number | undefined;
}

const initial: RescanDuration = { afterPush: "DAYS_14", afterPull: "DAYS_14" };

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "rescan duration";

export async function rescanDuration(
  { metadata }: { readonly metadata: Pick<Ports["metadata"], "settings"> },
  registry: Registry,
): Promise<RescanDuration> {
  const text = await metadata.settings.find(registry, settingName);
  return text === undefined ? initial : (JSON.parse(text) as RescanDuration);
}

/** From the next look on; images that are to be scanned again now are scanned soon. */
export async function putRescanDuration(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  duration: Pick<RescanDuration, "afterPush" | "afterPull">,
): Promise<void> {
  const now = clock.now();
  const text = JSON.stringify({ ...duration, updatedAt: now } satisfies RescanDuration);
  await metadata.transaction(async (change) => {
    await change.settings.put(registry, settingName, text);
    await change.jobs.enqueue(scanRegistryJob(registry, now));
  });
}

/** Whether nobody has pushed or pulled the image for so long that it is not scanned any more. */
export function isIdle(
  { pushedAt, pulledAt = Number.NEGATIVE_INFINITY, activatedAt = 0 }: Image,
  { afterPush, afterPull }: RescanDuration,
  now: number,
): boolean {
  return (
    now > Math.max(pushedAt, activatedAt) + pushDurations[afterPush] &&
    now > pulledAt + pullDurations[afterPull]
  );
}
