/** Deployments elsewhere that images may be copied to: the operator's decision. */
import { z } from "zod";
import {
  type AccountId,
  isAccountId,
  isRegion,
  publicRegion,
  type Region,
} from "../registry/names.ts";
import { replicationLimits } from "../registry/replication/replication-limits.ts";
import { parseJson } from "./setting-values.ts";

export interface PeerSetting {
  /** Scheme, host and port. */
  readonly url: string;
  /**
   * The access key that this deployment has there, or a file in the AWS format that holds it. Absent
   * where it is the key of this deployment's root.
   */
  readonly credentials?: string | AccessKey | undefined;
  /** The certificate of an authority to trust: PEM, or a file that holds it. */
  readonly ca?: string | undefined;
  /** Whose images may go there, with that key. Absent where it is the management account alone. */
  readonly accounts?: readonly AccountId[] | undefined;
  /** What a process sends there at most. Absent where that is as much as it can. */
  readonly bytesPerSecond?: number | undefined;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const url = z.string().refine(isOrigin);
const word = z.string().min(1);
const accounts = z.array(z.string().refine(isAccountId)).min(1).max(replicationLimits.peerAccounts);
const rate = z.int().min(replicationLimits.peerBytesPerSecondLeast);
const more = {
  ca: word.optional(),
  accounts: accounts.optional(),
  bytesPerSecond: rate.optional(),
};
const peer = z.union([
  url.transform((origin): PeerSetting => ({ url: origin })),
  z.strictObject({ url, credentials: word.optional(), ...more }),
  z
    .strictObject({ url, accessKeyId: word, secretAccessKey: word, ...more })
    .transform(({ accessKeyId, secretAccessKey, ...rest }): PeerSetting => {
      return { ...rest, credentials: { accessKeyId, secretAccessKey } };
    }),
]);

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin, href } = new URL(text);
  return (
    (protocol === "https:" || protocol === "http:") && (href === `${origin}/` || href === origin)
  );
}

const example =
  '{"eu-west-2": {"url": "https://registry.example", "credentials": "/etc/entrepot/peer"}}';

/**
 * By region a URL, or `url` with `credentials` or `accessKeyId` and `secretAccessKey`, and maybe `ca`,
 * `accounts` and `bytesPerSecond`.
 */
export const peers = z.string().transform((value, context): ReadonlyMap<Region, PeerSetting> => {
  const parsed = z.record(z.string(), peer).safeParse(parseJson(value));
  const entries = parsed.success ? Object.entries(parsed.data) : undefined;
  const found = new Map<Region, PeerSetting>();
  if (entries?.some(([region]) => region === publicRegion)) {
    // Copies would lie beside what public registries hold (ADR-0064).
    context.addIssue({
      code: "custom",
      message: `must not name ${publicRegion}, where public registries lie`,
    });
    return z.NEVER;
  }
  for (const [region, setting] of entries ?? []) if (isRegion(region)) found.set(region, setting);
  if (entries?.length === found.size && found.size <= replicationLimits.peers) return found;
  context.addIssue({ code: "custom", message: `must be a JSON object like ${example}` });
  return z.NEVER;
});

/** Whose images each peer takes from here; `management` is the account that the deployment is of. */
export function peerAccounts(
  settings: ReadonlyMap<Region, PeerSetting>,
  management: AccountId,
): ReadonlyMap<Region, ReadonlySet<AccountId>> {
  return new Map(
    [...settings].map(([region, { accounts: listed = [management] }]) => [region, new Set(listed)]),
  );
}
