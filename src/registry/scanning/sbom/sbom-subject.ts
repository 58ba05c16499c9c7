import { createHash } from "node:crypto";
import type { ImageInventory, InstalledPackage } from "../image-inventory.ts";
import { formatPackageUrl, packageUrl } from "../package-url.ts";

/** An image that a bill of materials is written of. */
export interface SbomSubject {
  /** With or without registry and tag: `registry.example.com/team/app:v1`. */
  readonly name: string;
  /** Of its manifest. */
  readonly digest: string;
  readonly os: string;
  readonly architecture: string;
  readonly labels?: ReadonlyMap<string, string>;
  readonly inventory: ImageInventory;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Entrepot's own. */
  readonly toolVersion: string;
}

/** A package as both formats tell it. */
export interface SbomComponent {
  readonly found: InstalledPackage;
  readonly purl: string;
  /** The same for the same package at the same place, in every document; letters and digits. */
  readonly id: string;
}

/** The components in an order that does not depend on that of the inventory; what is there twice is there once. */
export function componentsOf({ inventory }: SbomSubject): SbomComponent[] {
  const byId = new Map<string, SbomComponent>();
  for (const found of inventory.packages) {
    const purl = packageUrl(found, inventory.distribution);
    const { path, inside = "", analyzer, layerDiffId } = found;
    const id = hashOf(purl, path, inside, analyzer, layerDiffId).slice(0, 20);
    byId.set(id, { found, purl, id });
  }
  const order = ({ purl, found, id }: SbomComponent) => `${purl}\0${found.path}\0${id}`;
  return [...byId.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** What is told of a package beside what the formats have fields for. */
export function propertiesOf({ found }: SbomComponent): readonly (readonly [string, string])[] {
  const { path, inside, layerDiffId, analyzer, source, vendor, module } = found;
  const properties: (readonly [string, string | undefined])[] = [
    ["entrepot:analyzer", analyzer],
    ["entrepot:inside", inside],
    ["entrepot:layer", layerDiffId],
    ["entrepot:module", module],
    ["entrepot:path", path],
    ["entrepot:source", source && `${source.name} ${source.version}`],
    ["entrepot:systemOwned", found.isSystemOwned ? "true" : undefined],
    ["entrepot:vendor", vendor],
  ];
  return properties.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value.toWellFormed()] as const],
  );
}

/** The image's own URL. Source: purl-spec, "Types", oci: the name is the last part, the rest a qualifier. */
export function imageUrl({
  name,
  digest,
  architecture,
}: Pick<SbomSubject, "name" | "digest" | "architecture">): string {
  const { repository, tag } = partsOf(name);
  const qualifiers = new Map([["repository_url", repository]]);
  if (architecture !== "") qualifiers.set("arch", architecture);
  if (tag !== undefined) qualifiers.set("tag", tag);
  const last = repository.slice(repository.lastIndexOf("/") + 1);
  return formatPackageUrl({ type: "oci", name: last.toLowerCase(), version: digest, qualifiers });
}

function partsOf(name: string): { repository: string; tag?: string } {
  const [named = ""] = name.split("@");
  const colon = named.lastIndexOf(":");
  if (colon <= named.lastIndexOf("/")) return { repository: named };
  return { repository: named.slice(0, colon), tag: named.slice(colon + 1) };
}

/** A UUID that follows from the image and the format alone. Source: RFC 9562, "UUID Version 8". */
export function documentUuid({ digest }: SbomSubject, format: string): string {
  const bytes = Buffer.from(hashOf(format, digest), "hex").subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20)].join("-");
}

/** To the second, as SPDX has it. */
export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Hexadecimal; of the parts, each with its end. */
export function hashOf(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part.toWellFormed()).update("\0");
  return hash.digest("hex");
}
