import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  EntryPosition,
  PrivateGalleryReads,
  PrivateGalleryWrites,
  SharedPosition,
  SubscriptionPosition,
} from "../../../ports/private-gallery-store.ts";
import type { AccountId, Region, Registry, RepositoryName } from "../../../registry/names.ts";
import type {
  EntryDetails,
  GalleryEntry,
  GalleryVersion,
} from "../../../registry/private-gallery/entry.ts";
import { privateGalleryLimits } from "../../../registry/private-gallery/private-gallery-limits.ts";
import type { GallerySubscription } from "../../../registry/private-gallery/subscription.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import type {
  GallerySubscriptionTable,
  PrivateGalleryEntryTable,
  PrivateGalleryVersionTable,
} from "./private-gallery-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlPrivateGallery implements PrivateGalleryReads, PrivateGalleryWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async entry(repository: RepositoryRef): Promise<GalleryEntry | undefined> {
    const row = await this.#session.first(entry, repositoryKey(repository));
    return row && toEntry(row);
  }

  async entries(
    registry: Registry,
    { after, limit }: PageRequest<EntryPosition>,
  ): Promise<GalleryEntry[]> {
    const from = { name: after?.name ?? ("" as RepositoryName) };
    const page = { ...from, repository: after?.repositoryId ?? "", limit };
    const rows = await this.#session.all(entries, { ...registryKey(registry), ...page });
    return rows.map(toEntry);
  }

  async shared(
    region: Region,
    { after, limit }: PageRequest<SharedPosition>,
  ): Promise<GalleryEntry[]> {
    const from = {
      account: after?.account ?? ("" as AccountId),
      name: after?.name ?? ("" as RepositoryName),
      repository: after?.repositoryId ?? "",
    };
    return (await this.#session.all(shared, { region, ...from, limit })).map(toEntry);
  }

  async versions(repository: RepositoryRef): Promise<GalleryVersion[]> {
    return (await this.#session.all(versions, repositoryKey(repository))).map(toVersion);
  }

  async putEntry(wanted: GalleryEntry): Promise<void> {
    const { repository, name, createdAt, updatedAt, ...details } = wanted;
    await this.#session.later(putEntry, {
      ...{ ...repositoryKey(repository), name, details: JSON.stringify(details) },
      shared: details.visibility.scope === "REGISTRY" ? 0 : 1,
      ...{ created_at: createdAt, updated_at: updatedAt },
    });
  }

  async removeEntry(repository: RepositoryRef): Promise<boolean> {
    const key = repositoryKey(repository);
    await this.#session.later(removeVersions, key);
    await this.#session.later(removeSubscriptions, key);
    return (await this.#session.change(removeEntry, key)) > 0;
  }

  async putVersion(wanted: GalleryVersion): Promise<void> {
    const { repository, version, createdAt, updatedAt, ...details } = wanted;
    await this.#session.later(putVersion, {
      ...{ ...repositoryKey(repository), name: version, details: JSON.stringify(details) },
      ...{ created_at: createdAt, updated_at: updatedAt },
    });
  }

  async removeVersion(repository: RepositoryRef, version: string): Promise<boolean> {
    const key = { ...repositoryKey(repository), name: version };
    return (await this.#session.change(removeVersion, key)) > 0;
  }

  async subscriptions(repository: RepositoryRef): Promise<GallerySubscription[]> {
    const rows = await this.#session.all(subscriptions, repositoryKey(repository));
    return rows.map(toSubscription);
  }

  async subscriptionsOf(
    { account: subscriber, region }: Registry,
    { after, limit }: PageRequest<SubscriptionPosition>,
  ): Promise<GallerySubscription[]> {
    const account = after?.account ?? ("" as AccountId);
    const page = { subscriber, region, account, repository: after?.repositoryId ?? "", limit };
    return (await this.#session.all(subscriptionsOf, page)).map(toSubscription);
  }

  async putSubscription(wanted: GallerySubscription): Promise<void> {
    const { repository, subscriber, principal, tags, createdAt } = wanted;
    await this.#session.later(putSubscription, {
      ...{ ...repositoryKey(repository), subscriber, principal },
      ...{ tags: JSON.stringify(tags), created_at: createdAt },
    });
  }

  async removeSubscription(repository: RepositoryRef, subscriber: AccountId): Promise<boolean> {
    const key = { ...repositoryKey(repository), subscriber };
    return (await this.#session.change(removeSubscription, key)) > 0;
  }
}

function toSubscription(row: GallerySubscriptionTable): GallerySubscription {
  const { subscriber, principal, tags, created_at: createdAt } = row;
  return {
    ...{ repository: { registry: registryKey(row), id: row.repository }, subscriber, principal },
    ...{ tags: JSON.parse(tags) as GallerySubscription["tags"], createdAt },
  };
}

type VersionKey = RepositoryKey & { readonly name: string };
type EntriesPage = RegistryKey & EntryKey;
type EntryKey = {
  readonly name: RepositoryName;
  readonly repository: string;
  readonly limit: number;
};

function toEntry(row: PrivateGalleryEntryTable): GalleryEntry {
  return {
    ...(JSON.parse(row.details) as EntryDetails),
    repository: { registry: registryKey(row), id: row.repository },
    name: row.name,
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}

type VersionDetails = Pick<GalleryVersion, "images" | "state" | "successor" | "note">;

function toVersion(row: PrivateGalleryVersionTable): GalleryVersion {
  return {
    ...(JSON.parse(row.details) as VersionDetails),
    repository: { registry: registryKey(row), id: row.repository },
    version: row.name,
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}

const entry = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("private_gallery_entry")
    .selectAll()
    .where((row) => row.and(ofRepository(key))),
);

const entries = statement(({ builder }, page: EntriesPage) =>
  builder
    .selectFrom("private_gallery_entry")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("name", "repository"), ">", tuple(page.name, page.repository)),
    )
    .orderBy("name")
    .orderBy("repository")
    .limit(page.limit),
);

const shared = statement(({ builder }, page: EntryKey & RegistryKey) =>
  builder
    .selectFrom("private_gallery_entry")
    .selectAll()
    .where("region", "=", page.region)
    .where("shared", "=", sql.lit(1))
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("account", "name", "repository"),
        ">",
        tuple(page.account, page.name, page.repository),
      ),
    )
    .orderBy("account")
    .orderBy("name")
    .orderBy("repository")
    .limit(page.limit),
);

const versions = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("private_gallery_version")
    .selectAll()
    .where((row) => row.and(ofRepository(key)))
    .orderBy("name")
    .limit(sql.lit(privateGalleryLimits.versionsPerEntry)),
);

const putEntry = statement(({ builder }, row: Fields<PrivateGalleryEntryTable>) => {
  const { name, shared, details, created_at, updated_at } = row;
  const kept = { name, shared, details, updated_at };
  return builder
    .insertInto("private_gallery_entry")
    .values({ ...ofRepository(row), ...kept, created_at })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository"]).doUpdateSet(kept),
    );
});

const removeEntry = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("private_gallery_entry").where((row) => row.and(ofRepository(key))),
);

const removeVersions = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("private_gallery_version").where((row) => row.and(ofRepository(key))),
);

const putVersion = statement(({ builder }, row: Fields<PrivateGalleryVersionTable>) => {
  const { name, details, created_at, updated_at } = row;
  return builder
    .insertInto("private_gallery_version")
    .values({ ...ofRepository(row), name, details, created_at, updated_at })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "name"])
        .doUpdateSet({ details, updated_at }),
    );
});

const removeVersion = statement(({ builder }, key: VersionKey) =>
  builder
    .deleteFrom("private_gallery_version")
    .where((row) => row.and({ ...ofRepository(key), name: key.name })),
);

const subscriptions = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("gallery_subscription")
    .selectAll()
    .where((row) => row.and(ofRepository(key)))
    .orderBy("subscriber")
    .limit(sql.lit(privateGalleryLimits.subscriptionsPerEntry)),
);

type SubscriptionsPage = SubscriptionKey & { readonly limit: number };

const subscriptionsOf = statement(({ builder }, page: SubscriptionsPage) =>
  builder
    .selectFrom("gallery_subscription")
    .selectAll()
    .where("region", "=", page.region)
    .where("subscriber", "=", page.subscriber)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account", "repository"), ">", tuple(page.account, page.repository)),
    )
    .orderBy("account")
    .orderBy("repository")
    .limit(page.limit),
);

const putSubscription = statement(({ builder }, row: Fields<GallerySubscriptionTable>) => {
  const { subscriber, principal, tags, created_at } = row;
  return builder
    .insertInto("gallery_subscription")
    .values({ ...ofRepository(row), subscriber, principal, tags, created_at })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "subscriber"])
        .doUpdateSet({ principal, tags }),
    );
});

type SubscriptionKey = RepositoryKey & { readonly subscriber: AccountId };

const removeSubscription = statement(({ builder }, key: SubscriptionKey) =>
  builder
    .deleteFrom("gallery_subscription")
    .where((row) => row.and({ ...ofRepository(key), subscriber: key.subscriber })),
);

const removeSubscriptions = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("gallery_subscription").where((row) => row.and(ofRepository(key))),
);
