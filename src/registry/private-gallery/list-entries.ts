import type { Ports } from "../../ports/ports.ts";
import type { EntryPosition, SharedPosition } from "../../ports/private-gallery-store.ts";
import type { Principal } from "../identity/principal.ts";
import type { Registry } from "../names.ts";
import type { GalleryEntry } from "./entry.ts";
import type { FieldValue } from "./fields.ts";
import { privateGalleryLimits } from "./private-gallery-limits.ts";
import { isVisibleTo } from "./visibility.ts";

/** Where a listing stands: first the registry's own entries, then those of others. */
export type GalleryPosition =
  | { readonly of: "own"; readonly after: EntryPosition | undefined }
  | { readonly of: "others"; readonly after: SharedPosition | undefined };

export interface EntryFilter {
  readonly category: string | undefined;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/**
 * Entries that a principal can see, its registry's own by name and then those of other accounts in the
 * region. A page looks at so many entries at most (`entriesSearched`), and may be shorter than `limit`.
 * @returns where it goes on; `undefined` at the end
 */
export async function listEntries(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  registry: Registry,
  principal: Principal,
  filter: EntryFilter,
  page: { readonly from: GalleryPosition; readonly limit: number },
): Promise<{ readonly entries: GalleryEntry[]; readonly next: GalleryPosition | undefined }> {
  const entries: GalleryEntry[] = [];
  let from: GalleryPosition | undefined = page.from;
  for (let searched = 0; from !== undefined && searched < privateGalleryLimits.entriesSearched; ) {
    const missing = page.limit - entries.length;
    if (missing === 0) break;
    const limit = Math.min(missing, privateGalleryLimits.entriesSearched - searched);
    const found = await entriesFrom(ports, registry, from, limit);
    searched += found.length;
    for (const entry of found) {
      const isOfOther = from.of === "own" || entry.repository.registry.account !== registry.account;
      if (!isOfOther || !fits(entry, filter)) continue;
      if (!(await isVisibleTo(ports, entry, principal))) continue;
      if (await isThere(ports, entry)) entries.push(entry);
    }
    from = nextOf(from, found, limit);
  }
  return { entries, next: from };
}

function entriesFrom(
  { metadata: { privateGallery } }: Pick<Ports, "metadata">,
  registry: Registry,
  from: GalleryPosition,
  limit: number,
): Promise<GalleryEntry[]> {
  return from.of === "own"
    ? privateGallery.entries(registry, { after: from.after, limit })
    : privateGallery.shared(registry.region, { after: from.after, limit });
}

function nextOf(
  { of }: GalleryPosition,
  found: readonly GalleryEntry[],
  limit: number,
): GalleryPosition | undefined {
  const last = found.at(-1);
  if (last === undefined || found.length < limit) {
    return of === "own" ? { of: "others", after: undefined } : undefined;
  }
  const { name, repository } = last;
  const after = { name, repositoryId: repository.id };
  if (of === "own") return { of, after };
  return { of, after: { ...after, account: repository.registry.account } };
}

function fits({ categories, fields }: GalleryEntry, filter: EntryFilter): boolean {
  if (filter.category !== undefined && !categories.includes(filter.category)) return false;
  return Object.entries(filter.fields).every(([name, value]) => fields[name] === value);
}

/** A repository in the trash has another name. */
async function isThere({ metadata }: Pick<Ports, "metadata">, entry: GalleryEntry) {
  return (await metadata.repositories.findById(entry.repository))?.name === entry.name;
}
