import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../errors.ts";
import { addGallerySettingsEvent } from "../events/private-gallery-event.ts";
import type { Registry } from "../names.ts";
import type { GallerySettings } from "./fields.ts";

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "private gallery";

/** Without any fields and categories where none were ever put. */
export async function gallerySettings(
  { settings }: Pick<MetadataReads, "settings">,
  registry: Registry,
): Promise<GallerySettings> {
  const text = await settings.find(registry, settingName);
  return text === undefined
    ? { fields: [], categories: [] }
    : (JSON.parse(text) as GallerySettings);
}

/**
 * Replaces fields and categories. Entries that are there stay as they are, and tell what they lack.
 * @throws InvalidParameter for names that are there twice, and for choices where none can be made
 */
export async function putGallerySettings(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  wanted: GallerySettings,
): Promise<GallerySettings> {
  const names = wanted.fields.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw invalidParameter("fields", "the name of a field must be there once");
  }
  if (new Set(wanted.categories).size < wanted.categories.length) {
    throw invalidParameter("categories", "a category must be there once");
  }
  for (const { name, type, choices } of wanted.fields) {
    if (type === "CHOICE" && choices.length > 0) continue;
    if (type !== "CHOICE" && choices.length === 0) continue;
    throw invalidParameter("fields", `choices go with the type CHOICE, and it with them: ${name}`);
  }
  await metadata.transaction(async (change) => {
    await change.settings.put(registry, settingName, JSON.stringify(wanted));
    await addGallerySettingsEvent(change, registry, { ...wanted, at: clock.now() });
  });
  return wanted;
}
