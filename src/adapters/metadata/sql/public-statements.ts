/** Public registries, their names, and what their publishers say. */
import { type AccountId, publicRegion } from "../../../registry/names.ts";
import type { AliasStatus } from "../../../registry/public/alias.ts";
import { ofRegistry, ofRepository, type RepositoryKey, type registryKey } from "./keys.ts";
import type { PublicAliasTable, PublicCatalogTable, PublicRegistryTable } from "./public-tables.ts";
import { type Fields, statement } from "./statement.ts";

type RegistryFields = ReturnType<typeof registryKey>;

export const registryRow = statement(({ builder }, key: RegistryFields) =>
  builder
    .selectFrom("public_registry")
    .selectAll()
    .where((row) => row.and(ofRegistry(key))),
);

export const lockRegistry = statement(({ builder, locksRows }, key: RegistryFields) => {
  const query = builder
    .selectFrom("public_registry")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)));
  return locksRows ? query.forUpdate() : query;
});

export const verified = statement(
  ({ builder }, page: { readonly after: AccountId; readonly limit: number }) =>
    builder
      .selectFrom("public_registry")
      .selectAll()
      .where("verified_at", "is not", null)
      .where("account", ">", page.after)
      .where("region", "=", publicRegion)
      .orderBy("account")
      .limit(page.limit),
);

export const insertRegistry = statement(({ builder }, row: Fields<PublicRegistryTable>) =>
  builder
    .insertInto("public_registry")
    .values({
      ...ofRegistry(row),
      display_name: row.display_name,
      verified_at: row.verified_at,
      created_at: row.created_at,
    })
    .onConflict((conflict) => conflict.columns(["account", "region"]).doNothing()),
);

export const replaceRegistry = statement(({ builder }, row: Fields<PublicRegistryTable>) =>
  builder
    .updateTable("public_registry")
    .set({ display_name: row.display_name, verified_at: row.verified_at })
    .where((each) => each.and(ofRegistry(row))),
);

export const aliasRow = statement(({ builder }, { name }: { readonly name: string }) =>
  builder.selectFrom("public_alias").selectAll().where("name", "=", name),
);

export const aliasesOf = statement(({ builder }, key: RegistryFields) =>
  builder
    .selectFrom("public_alias")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)))
    .orderBy("name"),
);

type AliasPage = { readonly after: string; readonly limit: number };

export const allAliases = statement(({ builder }, page: AliasPage) =>
  builder
    .selectFrom("public_alias")
    .selectAll()
    .where("name", ">", page.after)
    .orderBy("name")
    .limit(page.limit),
);

export const aliasesIn = statement(
  ({ builder }, page: AliasPage & { readonly status: AliasStatus }) =>
    builder
      .selectFrom("public_alias")
      .selectAll()
      .where("status", "=", page.status)
      .where("name", ">", page.after)
      .orderBy("name")
      .limit(page.limit),
);

export const insertAlias = statement(({ builder }, row: Fields<PublicAliasTable>) =>
  builder
    .insertInto("public_alias")
    .values({
      name: row.name,
      ...ofRegistry(row),
      status: row.status,
      is_default: row.is_default,
      is_primary: row.is_primary,
      requested_at: row.requested_at,
      reason: row.reason,
    })
    .onConflict((conflict) => conflict.column("name").doNothing()),
);

export const replaceAlias = statement(({ builder }, row: Fields<PublicAliasTable>) =>
  builder
    .updateTable("public_alias")
    .set({ status: row.status, is_primary: row.is_primary, reason: row.reason })
    .where("name", "=", row.name),
);

export const removeAlias = statement(({ builder }, { name }: { readonly name: string }) =>
  builder.deleteFrom("public_alias").where("name", "=", name),
);

export const catalogRow = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("public_catalog")
    .select(["description", "about_text", "usage_text"])
    .select(["architectures", "operating_systems", "logo_digest"])
    .where((row) => row.and(ofRepository(key))),
);

export const logoRow = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("public_catalog")
    .select(["logo", "logo_type"])
    .where((row) => row.and(ofRepository(key))),
);

export const removeCatalog = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("public_catalog").where((row) => row.and(ofRepository(key))),
);

export const insertCatalog = statement(({ builder }, row: Fields<PublicCatalogTable>) =>
  builder.insertInto("public_catalog").values({
    ...ofRepository(row),
    description: row.description,
    about_text: row.about_text,
    usage_text: row.usage_text,
    architectures: row.architectures,
    operating_systems: row.operating_systems,
    logo_digest: row.logo_digest,
    logo_type: row.logo_type,
    logo: row.logo,
  }),
);
