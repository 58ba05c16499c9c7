import type { IdentityChange } from "../../ports/identity-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { BoundedCache } from "../bounded-cache.ts";
import { isRegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Principal } from "./principal.ts";
import type { CredentialUse, KeyUse } from "./stored-credential.ts";

/**
 * Remembers that these credentials were used just now: of a role's session the role's last use, else
 * that of the access key or pull secret. At most one write in `limits.useRecordedMs` for each of them,
 * by this process; `undefined` where nothing is to be written.
 */
export function recordUse(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  principal: Principal,
  use: CredentialUse,
): Promise<void> | undefined {
  const { uses } = ports.memory.access;
  const at = ports.clock.now();
  const { accessKeyId } = principal;
  if (isRecent(uses, accessKeyId, at)) return undefined;
  uses.set(accessKeyId, at);
  const role = principal.type === "AssumedRole" ? (principal.uniqueId.split(":")[0] ?? "") : "";
  const record = recorderOf(principal, role);
  if (record === undefined) return undefined;
  // A role may have any number of sessions. A pull secret's use is its own, whoever it acts as.
  if (principal.session?.kind !== "pull-secret" && role !== "") {
    if (isRecent(uses, role, at)) return undefined;
    uses.set(role, at);
  }
  return write(ports, (change) => record(change, { ...use, at }));
}

type Recorder = (change: IdentityChange, use: KeyUse) => Promise<void>;

function recorderOf(principal: Principal, role: string): Recorder | undefined {
  const { account, accessKeyId, session, type } = principal;
  if (session?.kind === "pull-secret") {
    return ({ sessions }, use) => sessions.recordUse(accessKeyId, use);
  }
  if (role !== "") {
    return ({ entities }, { at, region }) => entities.recordUse({ account, id: role }, at, region);
  }
  // Where sessions of users and roots were used is told nowhere.
  if (session !== undefined || type === "Anonymous") return undefined;
  return ({ accessKeys }, use) => accessKeys.recordUse(accessKeyId, use);
}

async function write(
  { metadata }: Pick<Ports, "metadata">,
  record: (change: IdentityChange) => Promise<void>,
): Promise<void> {
  try {
    await metadata.transaction((change) => record(change.identity));
  } catch (error) {
    // Who may read goes on where writes cannot (I16); a later use records its own time.
    if (!isRegistryError(error, "ServiceUnavailable")) throw error;
  }
}

function isRecent(uses: BoundedCache<string, number>, key: string, now: number): boolean {
  const at = uses.get(key);
  // A clock that was set back keeps nothing from being recorded.
  return at !== undefined && now >= at && now - at < limits.useRecordedMs;
}
