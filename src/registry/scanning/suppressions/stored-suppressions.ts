/** What waivers and VEX documents have in common: they have a name and a filter, and change by versions. */
import type { MetadataChange } from "../../../ports/metadata-store.ts";
import type { Ports } from "../../../ports/ports.ts";
import type {
  StoredSuppression,
  SuppressionKey,
  SuppressionKind,
} from "../../../ports/suppression-store.ts";
import { RegistryError } from "../../errors.ts";
import { judgeAllAgain } from "../../gates/request-judgement.ts";
import type { Registry } from "../../names.ts";
import { openSuppression, versionOf } from "./sealed-suppression.ts";

export type SuppressionPorts = Pick<Ports, "metadata" | "clock" | "keys" | "memory">;

/** What either says of where it counts. */
export interface Filtered {
  readonly name: string;
  /** A repository, or a pattern of some with `*`. */
  readonly repositoryFilter: string;
}

/** One as it was read, and which version that was. */
export interface ReadSuppression<Document extends Filtered = Filtered> {
  readonly document: Document;
  readonly version: string;
}

export function suppressionKey(
  { account, region }: Registry,
  kind: SuppressionKind,
  name: string,
): SuppressionKey {
  return { registry: { account, region }, kind, name };
}

/** `undefined` where there is none. @param key of a kind whose documents are `Document`s */
export async function findSuppression<Document extends Filtered>(
  ports: SuppressionPorts,
  key: SuppressionKey,
): Promise<ReadSuppression<Document> | undefined> {
  const stored = await ports.metadata.suppressions.find(key);
  if (stored === undefined) return undefined;
  const document = (await openSuppression(ports, stored)) as Document;
  return { document, version: versionOf(stored) };
}

/**
 * Puts it where `before` is, or where nothing is if that is absent, and runs `told` in that transaction.
 * @throws LimitExceeded when the registry has `most` of that kind
 * @throws ConcurrentModification when something else is there by now
 */
export async function putSuppression(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  sealed: StoredSuppression,
  before: ReadSuppression | undefined,
  most: number,
  told: (change: MetadataChange) => Promise<void>,
): Promise<void> {
  await metadata.transaction(async (change) => {
    await requireVersion(change, sealed, before?.version);
    if (before === undefined) await requireRoom(change, sealed, most);
    await change.suppressions.put(sealed);
    await judgeAllAgain(change, sealed.registry, clock.now());
    await told(change);
  });
}

/** @throws ResourceNotFound, ConcurrentModification when it is not that one any more */
export async function removeSuppression(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  key: SuppressionKey,
  { version }: ReadSuppression,
  told: (change: MetadataChange) => Promise<void>,
): Promise<void> {
  await metadata.transaction(async (change) => {
    await requireVersion(change, key, version);
    await change.suppressions.remove(key);
    await judgeAllAgain(change, key.registry, clock.now());
    await told(change);
  });
}

/** Who changes what a registry has of them does so alone until the transaction ends. */
async function requireVersion(
  change: MetadataChange,
  key: SuppressionKey,
  version: string | undefined,
): Promise<void> {
  await change.repositories.lockCount(key.registry);
  const current = await change.suppressions.find(key);
  if ((current && versionOf(current)) === version) return;
  throw current === undefined ? suppressionNotFound(key) : changedMeanwhile(key);
}

async function requireRoom(
  { suppressions }: MetadataChange,
  { registry, kind }: SuppressionKey,
  most: number,
): Promise<void> {
  if ((await suppressions.list(registry, kind, { limit: most })).length < most) return;
  throw new RegistryError("LimitExceeded", `A registry has at most ${most} ${words[kind]}s`);
}

const words: Readonly<Record<SuppressionKind, string>> = {
  WAIVER: "waiver",
  VEX: "VEX document",
};

export function suppressionNotFound({ kind, name }: Omit<SuppressionKey, "registry">) {
  const what = words[kind];
  return new RegistryError("ResourceNotFound", `There is no ${what} with the name '${name}'`);
}

export function changedMeanwhile({ kind, name }: Omit<SuppressionKey, "registry">) {
  const sentence = `The ${words[kind]} '${name}' was changed meanwhile: look at it again`;
  return new RegistryError("ConcurrentModification", sentence);
}
