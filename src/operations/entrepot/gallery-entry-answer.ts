import { z } from "zod";
import {
  type EntryDetails,
  entryScopes,
  type GalleryEntry,
} from "../../registry/private-gallery/entry.ts";
import { type FieldValue, fieldTypes } from "../../registry/private-gallery/fields.ts";
import { privateGalleryLimits } from "../../registry/private-gallery/private-gallery-limits.ts";
import type { ToldVersion } from "../../registry/private-gallery/told-versions.ts";
import { accountId } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";

const bounds = privateGalleryLimits;
/** Of a field, a category or a version. */
export const galleryName = z
  .string()
  .max(bounds.nameCharacters)
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/);
const text = z.string().trim().min(1).max(bounds.textCharacters);
// What people click on: of no scheme but these, whatever a publisher would like.
const link = z
  .string()
  .max(bounds.linkCharacters)
  .regex(/^https?:\/\/[^\s"'<>]+$/)
  .refine((address) => URL.canParse(address), { error: "must be an address" });

const fieldValue = z.union([z.string().max(bounds.fieldTextCharacters), z.number(), z.boolean()]);
export const fieldValues = z
  .record(galleryName, fieldValue)
  .refine((values) => Object.keys(values).length <= bounds.fields, {
    error: "has too many members",
  });

export const fieldDefinition = z.object({
  name: galleryName,
  type: z.enum(fieldTypes),
  choices: z
    .array(z.string().min(1).max(bounds.fieldTextCharacters))
    .max(bounds.choices)
    .default([]),
  isRequired: z.boolean().default(false),
  description: z.string().min(1).max(bounds.textCharacters).optional(),
});

const principalTags = z
  .record(z.string().min(1).max(128), z.string().max(bounds.tagCharacters))
  .refine((tags) => Object.keys(tags).length <= bounds.tagsPerEntry, {
    error: "has too many members",
  });

const template = z.object({
  name: galleryName,
  body: z.string().min(1).max(bounds.templateCharacters),
});

/** The members of an entry that people write. */
export const entryDetails = {
  title: text,
  owner: text,
  purpose: text,
  contact: text.optional(),
  documentation: link.optional(),
  categories: z.array(galleryName).max(bounds.categoriesPerEntry).default([]),
  fields: fieldValues.default({}),
  visibility: z
    .object({
      scope: z.enum(entryScopes).default("REGISTRY"),
      accounts: z.array(accountId).max(bounds.accountsPerEntry).default([]),
      principalTags: principalTags.default({}),
    })
    .prefault({}),
  templates: z.array(template).max(bounds.templatesPerEntry).default([]),
};

export const versionName = galleryName;
export const versionNote = z.string().trim().min(1).max(bounds.noteCharacters);

/** An entry as it is told of. Times are epoch seconds. */
export interface GalleryEntryAnswer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly title: string;
  readonly owner: string;
  readonly purpose: string;
  readonly contact?: string;
  readonly documentation?: string;
  readonly categories: readonly string[];
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** By name: `RenderLaunchTemplate` gives one. */
  readonly templates: readonly string[];
  /** Who else finds it is for its own account to know. */
  readonly visibility?: EntryDetails["visibility"];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function galleryEntryAnswer(entry: GalleryEntry, isOwn: boolean): GalleryEntryAnswer {
  const { repository, name, title, owner, purpose, contact, documentation } = entry;
  return {
    ...{ registryId: repository.registry.account, repositoryName: name, title, owner, purpose },
    ...(contact === undefined ? {} : { contact }),
    ...(documentation === undefined ? {} : { documentation }),
    ...{ categories: entry.categories, fields: entry.fields },
    templates: entry.templates.map(({ name: called }) => called),
    ...(isOwn ? { visibility: entry.visibility } : {}),
    ...{ createdAt: epochSeconds(entry.createdAt), updatedAt: epochSeconds(entry.updatedAt) },
  };
}

/** A version as it is told of. */
export interface GalleryVersionAnswer {
  readonly version: string;
  readonly tagPattern?: string;
  readonly imageDigest?: string;
  readonly state: ToldVersion["state"];
  /** The newest image of each environment that it is approved for. */
  readonly approved?: readonly {
    readonly environment: string;
    readonly imageDigest: string;
    readonly until: number;
  }[];
  readonly successor?: string;
  readonly note?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function galleryVersionAnswer({
  version,
  state,
  approved,
}: ToldVersion): GalleryVersionAnswer {
  const { images, successor, note, createdAt, updatedAt } = version;
  return {
    version: version.version,
    ...("digest" in images ? { imageDigest: images.digest } : images),
    state,
    ...(approved.length === 0
      ? {}
      : {
          approved: approved.map(({ environment, digest, until }) => ({
            ...{ environment, imageDigest: digest, until: epochSeconds(until) },
          })),
        }),
    ...(successor === undefined ? {} : { successor }),
    ...(note === undefined ? {} : { note }),
    ...{ createdAt: epochSeconds(createdAt), updatedAt: epochSeconds(updatedAt) },
  };
}
