import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { SigningReads, SigningWrites } from "../../../ports/signing-store.ts";
import type { Digest, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { ImageSigning, SigningProfile } from "../../../registry/signing/signing.ts";
import { signingLimits } from "../../../registry/signing/signing-limits.ts";
import type { TrustedSigner } from "../../../registry/signing/trusted-signer.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import { fromSealed, toSealed } from "./sealed-columns.ts";
import type { SqlSession } from "./session.ts";
import type {
  ImageSigningTable,
  SigningProfileTable,
  TrustedSignerTable,
} from "./signing-tables.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlSignings implements SigningReads, SigningWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async findProfile(registry: Registry, name: string): Promise<SigningProfile | undefined> {
    const row = await this.#session.first(findProfile, { ...registryKey(registry), name });
    return row && toProfile(row);
  }

  async listProfiles(registry: Registry, page: PageRequest<string>): Promise<SigningProfile[]> {
    const rows = await this.#session.all(listProfiles, pageKey(registry, page));
    return rows.map(toProfile);
  }

  async ofImage(repository: RepositoryRef, digest: Digest): Promise<ImageSigning[]> {
    const rows = await this.#session.all(ofImage, { ...repositoryKey(repository), digest });
    return rows.map(({ account, region, repository: id, profile_arn, settings, ...row }) => ({
      ...{ repository: { registry: { account, region }, id }, digest: row.digest },
      ...{ profileArn: profile_arn, status: row.status },
      ...(JSON.parse(settings) as SigningSettings),
    }));
  }

  async trustedSigners(registry: Registry): Promise<TrustedSigner[]> {
    const rows = await this.#session.all(trustedSigners, registryKey(registry));
    return rows.map(({ account, region, name, settings }) => ({
      ...{ registry: { account, region }, name },
      ...(JSON.parse(settings) as Omit<TrustedSigner, "registry" | "name">),
    }));
  }

  async putTrustedSigner({ registry, name, ...settings }: TrustedSigner): Promise<void> {
    const row = { ...registryKey(registry), name, settings: JSON.stringify(settings) };
    await this.#session.later(putTrustedSigner, row);
  }

  async removeTrustedSigner(registry: Registry, name: string): Promise<boolean> {
    const key = { ...registryKey(registry), name };
    return (await this.#session.change(removeTrustedSigner, key)) > 0;
  }

  async putProfile({ registry, name, key, ...settings }: SigningProfile): Promise<void> {
    const row = { ...registryKey(registry), name, settings: JSON.stringify(settings) };
    await this.#session.later(putProfile, { ...row, ...toSealed(key) });
  }

  async put(signing: ImageSigning): Promise<void> {
    const { repository, digest, profileArn, status, ...rest } = signing;
    const { failureCode, failureReason, signature, requestedAt } = rest;
    const settings: SigningSettings = { failureCode, failureReason, signature, requestedAt };
    await this.#session.later(put, {
      ...{ ...repositoryKey(repository), digest, profile_arn: profileArn, status },
      settings: JSON.stringify(settings),
    });
  }
}

type SigningSettings = Omit<ImageSigning, "repository" | "digest" | "profileArn" | "status">;
type NameKey = RegistryKey & { readonly name: string };
type PageKey = RegistryKey & { readonly after: string; readonly limit: number };
type ImageKey = RepositoryKey & { readonly digest: Digest };

function pageKey(registry: Registry, { after = "", limit }: PageRequest<string>): PageKey {
  return { ...registryKey(registry), after, limit };
}

function toProfile(row: SigningProfileTable): SigningProfile {
  const settings = JSON.parse(row.settings) as Omit<SigningProfile, "registry" | "name" | "key">;
  return { ...settings, registry: registryKey(row), name: row.name, key: fromSealed(row) };
}

const findProfile = statement(({ builder }, key: NameKey) =>
  builder
    .selectFrom("signing_profile")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const listProfiles = statement(({ builder }, page: PageKey) =>
  builder
    .selectFrom("signing_profile")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("name", ">", page.after)
    .orderBy("name")
    .limit(page.limit),
);

const ofImage = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image_signing")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .orderBy("profile_arn"),
);

const putProfile = statement(({ builder }, row: Fields<SigningProfileTable>) => {
  const value = {
    ...{ settings: row.settings, object: row.object, wrapped_key: row.wrapped_key },
    ...{ size_bytes: row.size_bytes, content: row.content },
  };
  return builder
    .insertInto("signing_profile")
    .values({ ...ofRegistry(row), name: row.name, ...value })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "name"]).doUpdateSet(({ ref }) => ({
        ...{ settings: ref("excluded.settings"), object: ref("excluded.object") },
        wrapped_key: ref("excluded.wrapped_key"),
        ...{ size_bytes: ref("excluded.size_bytes"), content: ref("excluded.content") },
      })),
    );
});

const put = statement(({ builder }, row: Fields<ImageSigningTable>) =>
  builder
    .insertInto("image_signing")
    .values({
      ...{ ...ofRepository(row), digest: row.digest, profile_arn: row.profile_arn },
      ...{ status: row.status, settings: row.settings },
    })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "digest", "profile_arn"])
        .doUpdateSet(({ ref }) => ({
          ...{ status: ref("excluded.status"), settings: ref("excluded.settings") },
        })),
    ),
);

const trustedSigners = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("trusted_signer")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)))
    .orderBy("name")
    .limit(sql.lit(signingLimits.trustedSigners)),
);

const putTrustedSigner = statement(({ builder }, row: Fields<TrustedSignerTable>) =>
  builder
    .insertInto("trusted_signer")
    .values({ ...ofRegistry(row), name: row.name, settings: row.settings })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "name"])
        .doUpdateSet(({ ref }) => ({ settings: ref("excluded.settings") })),
    ),
);

const removeTrustedSigner = statement(({ builder }, key: NameKey) =>
  builder
    .deleteFrom("trusted_signer")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

/** For whoever removes an image, which they refer to. */
export const removeSignings = statement(({ builder }, key: ImageKey) =>
  builder
    .deleteFrom("image_signing")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);
