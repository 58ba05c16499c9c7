/**
 * What an image may hold, told without opening what is sealed: the names in it, each as 32 bits that only
 * the deployment can make of a name. Who has the database alone learns how many names there are, and which
 * images of a registry have some in common.
 *
 * A name that is there is always found; one that is not, once in four thousand million for each name that
 * is. That is why a sketch is a list and not a Bloom filter of a few bits a name: one update asks for
 * thousands of names at once, of which one in a hundred would be in every image (ADR-0056).
 */
import { createHmac, hash } from "node:crypto";
import type { KeyService } from "../../ports/key-service.ts";
import type { Registry } from "../names.ts";
import { ecosystemFamily } from "./advisories/advisory.ts";
import {
  isSystemPackage,
  matcherFormat,
  packageKey,
  wholeName,
} from "./advisories/package-keys.ts";
import { plainId } from "./advisories/vulnerability-names.ts";
import type { Finding } from "./finding.ts";
import type { ImageInventory } from "./image-inventory.ts";
import { sketchLimits } from "./sketch-limits.ts";

// Marks are what packages are looked up under: of other ones a sketch of before tells nothing.
const format = 16 + matcherFormat;
const ofAnything = 0;
const headerBytes = 5;
const markBytes = 4;
const purpose = "entrepot scan: names";

/** A package by the name under which advisories have it. */
export function advisoryMark(ecosystem: string, name: string): string {
  return `advisory\n${ecosystem}\n${name}`;
}

/** A vulnerability by any of its names. */
export function vulnerabilityMark(id: string): string {
  return `vulnerability\n${plainId(id)}`;
}

/** A package by the name that findings tell: see `VulnerablePackage`. */
export function packageMark(name: string): string {
  return `package\n${name}`;
}

/**
 * What advisories could be about, of what is in an image: by the ecosystem as advisories write it, and by
 * its family where that has releases, since some advisories are about all of them. Of more than a sketch has
 * room for not all.
 */
export function marksOfInventory({ distribution, packages }: ImageInventory): Set<string> {
  const marks = new Set<string>();
  for (const found of packages) {
    if (marks.size > sketchLimits.marks) break;
    if (found.isSystemOwned && !isSystemPackage(found)) continue; // Never judged by a language's advisories.
    const key = packageKey(found, distribution);
    if (typeof key === "string") continue;
    marks.add(advisoryMark(key.ecosystem, key.name));
    marks.add(advisoryMark(ecosystemFamily(key.ecosystem), key.name));
    marks.add(packageMark(wholeName(found)));
  }
  return marks;
}

/** All names of vulnerabilities that were found, and of the packages that have them. */
export function marksOfFindings(findings: readonly Finding[]): Set<string> {
  const marks = new Set<string>();
  for (const { vulnerabilityId, aliases, advisories, package: of } of findings) {
    for (const id of [vulnerabilityId, ...aliases, ...advisories]) marks.add(vulnerabilityMark(id));
    marks.add(packageMark(of.name));
  }
  return marks;
}

/** The sketch of these marks. Of more than `sketchLimits.marks` it is one that may hold anything. */
export function sketchOf(
  { keys }: { readonly keys: Pick<KeyService, "secret"> },
  registry: Registry,
  marks: ReadonlySet<string>,
): Uint8Array {
  const key = keyOf(keys.secret(purpose), registry);
  const kept = marks.size > sketchLimits.marks ? [] : [...marks];
  const numbers = Uint32Array.from(kept, (mark) => numberOf(key, mark)).sort();
  const sketch = Buffer.alloc(headerBytes + numbers.length * markBytes);
  // Of another form are those that may hold anything.
  sketch.writeUInt8(marks.size > sketchLimits.marks ? ofAnything : format, 0);
  sketch.writeUInt32BE(idOf(key), 1);
  for (const [at, number] of numbers.entries()) {
    sketch.writeUInt32BE(number, headerBytes + at * markBytes);
  }
  return sketch;
}

/** A question to the sketches of one registry: which of them may hold any of these marks. */
export class SketchQuestion {
  /** By the id of the key that a sketch was made with. */
  readonly #numbers: ReadonlyMap<number, ReadonlySet<number>>;

  /** Sketches that were made before a rotation of the master key are understood too. */
  constructor(
    { keys }: { readonly keys: Pick<KeyService, "keptSecrets"> },
    registry: Registry,
    marks: Iterable<string>,
  ) {
    const asked = [...marks];
    this.#numbers = new Map(
      keys.keptSecrets(purpose).map((secret) => {
        const key = keyOf(secret, registry);
        return [idOf(key), new Set(asked.map((mark) => numberOf(key, mark)))];
      }),
    );
  }

  /**
   * Whether what the sketch is of may hold any of the marks. False is certain. What has no sketch, or one
   * that no known key made, may hold anything.
   */
  isMaybeIn(sketch: Uint8Array | undefined): boolean {
    if (sketch === undefined || sketch[0] !== format) return true;
    const view = new DataView(sketch.buffer, sketch.byteOffset, sketch.byteLength);
    const numbers = this.#numbers.get(view.getUint32(1));
    if (numbers === undefined) return true;
    if (numbers.size === 0) return false;
    for (let at = headerBytes; at < sketch.byteLength; at += markBytes) {
      if (numbers.has(view.getUint32(at))) return true;
    }
    return false;
  }

  /** Whether the sketch is of this form, and was made with a key that the deployment still has. */
  understands(sketch: Uint8Array | undefined): boolean {
    if (sketch === undefined || (sketch[0] !== format && sketch[0] !== ofAnything)) return false;
    const view = new DataView(sketch.buffer, sketch.byteOffset, sketch.byteLength);
    return this.#numbers.has(view.getUint32(1));
  }
}

/** One for each registry, so that nobody learns from images of his own what is in another's. */
function keyOf(secret: Uint8Array, { account, region }: Registry): string {
  return createHmac("sha256", secret).update(`${account}\n${region}`).digest("hex");
}

/** Tells keys apart, and tells nothing of them. */
function idOf(key: string): number {
  return hash("sha256", `${key}id`, "buffer").readUInt32BE();
}

/** The key comes first and most of the hash is left out: an HMAC would be no better, and takes ten times as long. */
function numberOf(key: string, mark: string): number {
  return hash("sha256", `${key}mark\n${mark}`, "buffer").readUInt32BE();
}
