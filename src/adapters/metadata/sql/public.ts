import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  GalleryFound,
  GalleryPage,
  GalleryQuery,
  PublicReads,
  PublicWrites,
} from "../../../ports/public-store.ts";
import { invariant } from "../../../registry/errors.ts";
import { type AccountId, publicRegion } from "../../../registry/names.ts";
import type { AliasStatus, PublicAlias } from "../../../registry/public/alias.ts";
import type { CatalogData } from "../../../registry/public/catalog-data.ts";
import { facets, valuesIn } from "../../../registry/public/facets.ts";
import type { GalleryEntry, GalleryRow } from "../../../registry/public/gallery-entry.ts";
import { boostOf, rankOf } from "../../../registry/public/gallery-words.ts";
import type { Logo } from "../../../registry/public/logo.ts";
import type { PublicRegistry } from "../../../registry/public/public-registry.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import * as gallery from "./gallery-statements.ts";
import { type RepositoryKey, registryKey, repositoryKey } from "./keys.ts";
import * as stored from "./public-statements.ts";
import type {
  GalleryListingTable,
  PublicAliasTable,
  PublicCatalogTable,
  PublicRegistryTable,
} from "./public-tables.ts";
import type { SqlSession } from "./session.ts";
import type { Fields } from "./statement.ts";

export class SqlPublic implements PublicReads, PublicWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async registry(account: AccountId): Promise<PublicRegistry | undefined> {
    const row = await this.#session.first(stored.registryRow, { account, region: publicRegion });
    return row && toRegistry(row);
  }

  async verified({ after = "" as AccountId, limit }: PageRequest<AccountId>) {
    return (await this.#session.all(stored.verified, { after, limit })).map(toRegistry);
  }

  async alias(name: string): Promise<PublicAlias | undefined> {
    const row = await this.#session.first(stored.aliasRow, { name });
    return row && toAlias(row);
  }

  async aliases(account: AccountId): Promise<PublicAlias[]> {
    return (await this.#session.all(stored.aliasesOf, { account, region: publicRegion })).map(
      toAlias,
    );
  }

  async listAliases(
    { after = "", limit }: PageRequest<string>,
    { status }: { readonly status?: AliasStatus | undefined } = {},
  ): Promise<PublicAlias[]> {
    const rows =
      status === undefined
        ? await this.#session.all(stored.allAliases, { after, limit })
        : await this.#session.all(stored.aliasesIn, { status, after, limit });
    return rows.map(toAlias);
  }

  async catalog(repository: RepositoryRef): Promise<CatalogData | undefined> {
    const row = await this.#session.first(stored.catalogRow, repositoryKey(repository));
    return (
      row && {
        description: row.description ?? undefined,
        aboutText: row.about_text ?? undefined,
        usageText: row.usage_text ?? undefined,
        architectures: JSON.parse(row.architectures) as string[],
        operatingSystems: JSON.parse(row.operating_systems) as string[],
        logoDigest: row.logo_digest ?? undefined,
      }
    );
  }

  async logo(repository: RepositoryRef): Promise<Logo | undefined> {
    const row = await this.#session.first(stored.logoRow, repositoryKey(repository));
    if (row === undefined || row.logo === null || row.logo_type === null) return undefined;
    return { mediaType: row.logo_type, bytes: row.logo };
  }

  async entry(repository: RepositoryRef): Promise<GalleryEntry | undefined> {
    const row = await this.#session.first(gallery.listingOf, repositoryKey(repository));
    return row && toEntry(row);
  }

  async countWords(words: readonly string[], most: number): Promise<number[]> {
    return (await this.#session.query(gallery.countWords(words, most))).map(({ count }) => count);
  }

  async find(query: GalleryQuery, page: GalleryPage): Promise<GalleryFound> {
    const found = await this.#session.query(gallery.find(query, page));
    const groups = found.filter((row) => row.listing === null);
    // A union keeps no order.
    const shown = found.filter((row) => row.listing !== null).sort(orderOf(page));
    if (shown.length === 0) return { groups, entries: [] };
    const numbers = shown.map(({ listing }) => listing);
    const rows = await this.#session.query(gallery.listings(numbers));
    const byNumber = new Map(rows.map((row) => [row.number, row]));
    // One may have gone in between.
    const there = numbers.flatMap((number) => byNumber.get(number) ?? []);
    return { groups, entries: there.map(toEntry) };
  }

  async insertRegistry(registry: PublicRegistry): Promise<boolean> {
    return (await this.#session.change(stored.insertRegistry, registryFields(registry))) > 0;
  }

  async lockRegistry(account: AccountId): Promise<PublicRegistry | undefined> {
    const row = await this.#session.first(stored.lockRegistry, { account, region: publicRegion });
    return row && toRegistry(row);
  }

  async replaceRegistry(registry: PublicRegistry): Promise<void> {
    await this.#session.later(stored.replaceRegistry, registryFields(registry));
  }

  async insertAlias(alias: PublicAlias): Promise<boolean> {
    return (await this.#session.change(stored.insertAlias, aliasFields(alias))) > 0;
  }

  async replaceAlias(alias: PublicAlias): Promise<void> {
    await this.#session.later(stored.replaceAlias, aliasFields(alias));
  }

  async removeAlias(name: string): Promise<void> {
    await this.#session.later(stored.removeAlias, { name });
  }

  async putCatalog(
    repository: RepositoryRef,
    data: CatalogData,
    logo: Logo | undefined,
  ): Promise<void> {
    const key = repositoryKey(repository);
    const row: Fields<PublicCatalogTable> = {
      ...key,
      description: data.description ?? null,
      about_text: data.aboutText ?? null,
      usage_text: data.usageText ?? null,
      architectures: JSON.stringify(data.architectures),
      operating_systems: JSON.stringify(data.operatingSystems),
      logo_digest: data.logoDigest ?? null,
      logo_type: logo?.mediaType ?? null,
      logo: logo?.bytes ?? null,
    };
    await this.#session.allLater([
      this.#session.command(stored.removeCatalog, key),
      this.#session.command(stored.insertCatalog, row),
    ]);
  }

  async putGalleryRow({ entry, words }: GalleryRow): Promise<void> {
    const key = repositoryKey(entry.repository);
    const session = this.#session;
    const { bits } = entry;
    const isVerified = (bits & facets.verified.verified) !== 0;
    const row = {
      ...key,
      name: entry.name,
      alias: entry.alias,
      publisher: entry.publisher ?? null,
      description: entry.description ?? null,
      ...{ bits, pulls: 0, boost: boostOf(0, isVerified) },
      logo_digest: entry.logoDigest ?? null,
      updated_at: entry.updatedAt,
    };
    let before = await session.first(gallery.lockListing, key);
    if (before === undefined) {
      await session.later(gallery.insertListing, row);
      before = await session.first(gallery.lockListing, key);
    }
    invariant(before !== undefined, "a listing that was inserted is there");
    const { number: listing, pulls } = before;
    const boost = boostOf(pulls, isVerified);
    const placed = [...words].map(([word, weight]) => ({ word, place: rankOf(weight, boost) }));
    await session.allLater([
      session.command(gallery.replaceListing, { ...row, pulls, boost }),
      session.command(gallery.removePostings, { listing }),
      ...gallery
        .postingInserts({ listing, boost, bits }, placed)
        .map((insert) => session.command(insert.statement, insert.row)),
    ]);
  }

  async removeGalleryRow(repository: RepositoryRef): Promise<void> {
    const key = repositoryKey(repository);
    await this.#session.allLater([
      this.#session.command(gallery.removePostingsOf, key),
      this.#session.command(gallery.removeListing, key),
    ]);
  }

  async addPulls(repository: RepositoryRef, more: number): Promise<void> {
    const key = repositoryKey(repository);
    const row = await this.#session.first(gallery.lockListing, key);
    if (row === undefined) return;
    const pulls = row.pulls + more;
    const boost = boostOf(pulls, (row.bits & facets.verified.verified) !== 0);
    await this.#session.later(gallery.setPulls, { ...key, pulls, boost });
    const by = boost - row.boost;
    if (by === 0) return;
    await this.#session.later(gallery.lift, { listing: row.number, boost, by });
  }
}

type Shown = { readonly listing: number; readonly place: number; readonly boost: number };

/** As `gallery.find` orders. */
function orderOf({ order }: GalleryPage): (one: Shown, other: Shown) => number {
  return (one, other) =>
    (order === "PULLS" ? other.boost - one.boost : 0) ||
    one.place - other.place ||
    one.listing - other.listing;
}

function toRef({ account, region, repository: id }: RepositoryKey): RepositoryRef {
  return { registry: { account, region }, id };
}

function toRegistry(row: PublicRegistryTable): PublicRegistry {
  return {
    account: row.account,
    displayName: row.display_name ?? undefined,
    verifiedAt: row.verified_at ?? undefined,
    createdAt: row.created_at,
  };
}

function registryFields(registry: PublicRegistry): Fields<PublicRegistryTable> {
  return {
    ...registryKey({ account: registry.account, region: publicRegion }),
    display_name: registry.displayName ?? null,
    verified_at: registry.verifiedAt ?? null,
    created_at: registry.createdAt,
  };
}

function toAlias(row: PublicAliasTable): PublicAlias {
  return {
    name: row.name,
    account: row.account,
    status: row.status,
    isDefault: row.is_default === 1,
    isPrimary: row.is_primary === 1,
    requestedAt: row.requested_at,
    reason: row.reason ?? undefined,
  };
}

function aliasFields(alias: PublicAlias): Fields<PublicAliasTable> {
  return {
    name: alias.name,
    ...registryKey({ account: alias.account, region: publicRegion }),
    status: alias.status,
    is_default: alias.isDefault ? 1 : 0,
    is_primary: alias.isPrimary ? 1 : 0,
    requested_at: alias.requestedAt,
    reason: alias.reason ?? null,
  };
}

function toEntry(row: Omit<GalleryListingTable, "number">): GalleryEntry {
  return {
    repository: toRef(row),
    name: row.name,
    alias: row.alias,
    publisher: row.publisher ?? undefined,
    description: row.description ?? undefined,
    bits: row.bits,
    kinds: valuesIn("kind", row.bits),
    pulls: row.pulls,
    logoDigest: row.logo_digest ?? undefined,
    updatedAt: row.updated_at,
  };
}
