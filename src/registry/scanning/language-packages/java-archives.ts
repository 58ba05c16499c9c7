import { type FileAnalyzer, FileRefused, wholeFile } from "../file-analyzer.ts";
import { baseName } from "./file-paths.ts";
import { InflationBudget } from "./inflation-budget.ts";
import { type JavaName, nameOfFile, nameOfManifest, nameOfPom } from "./java-names.ts";
import {
  maxArchiveBytes,
  maxArchiveDepth,
  maxHeaderBytes,
  maxJavaManifestBytes,
  maxPomBytes,
} from "./language-limits.ts";
import { PackageList } from "./package-list.ts";
import { decodedText } from "./recorded-text.ts";
import { ZipArchive, type ZipMember } from "./zip-archive.ts";

/**
 * Java archives and all archives inside of them. What an archive holds is told by every pom.properties of
 * Maven's in it (one that was merged from several has several); if there is none, by its manifest together with
 * its file name; else by its file name. One that none of these names is nothing that could be looked up, and
 * no package. Refused is what is no zip archive, is encrypted where it would have to be read, or would be more
 * than the bounds let through, in any depth: then nothing of the file is told, rather than a part.
 */
export const javaArchives: FileAnalyzer = {
  name: "java",
  version: 1,
  wants: ({ kind, path }) => kind === "file" && isArchive(path),
  read: wholeFile(maxArchiveBytes, (content, file) => {
    const list = new PackageList();
    const reading = { list, budget: new InflationBudget(content.length) };
    readArchive(content, { name: baseName(file.path), inside: "", depth: 1 }, reading);
    return { packages: list.packages };
  }),
};

const endings = [".jar", ".war", ".ear", ".par", ".jpi", ".hpi"];

function isArchive(path: string): boolean {
  const dot = path.lastIndexOf(".");
  return dot >= 0 && endings.includes(path.slice(dot).toLowerCase());
}

interface Reading {
  readonly list: PackageList;
  readonly budget: InflationBudget;
}

interface Place {
  /** The archive's file name. */
  readonly name: string;
  /** Where it is in the outermost one, empty for that itself. */
  readonly inside: string;
  readonly depth: number;
}

function readArchive(bytes: Uint8Array, place: Place, reading: Reading): void {
  const { list, budget } = reading;
  const archive = new ZipArchive(bytes, budget);
  let named = false;
  let manifest: ZipMember | undefined;
  for (const member of archive.members()) {
    if (isPom(member.name)) {
      const found = nameOfPom(textOf(archive, member, maxPomBytes));
      if (found === undefined) continue;
      add(list, found, within(place, member.name));
      named = true;
    } else if (member.name === manifestName) {
      manifest ??= member;
    } else if (isArchive(member.name)) {
      readNested(archive, member, place, reading);
    }
  }
  if (named) return;
  const text = manifest === undefined ? "" : textOf(archive, manifest, maxJavaManifestBytes);
  const ofManifest = nameOfManifest(text, place.name);
  const ofFile = nameOfFile(place.name);
  if (ofManifest !== undefined) add(list, ofManifest, within(place, manifestName));
  else if (ofFile !== undefined) add(list, ofFile, place.inside);
}

function readNested(archive: ZipArchive, member: ZipMember, place: Place, reading: Reading): void {
  if (place.depth === maxArchiveDepth) {
    throw new FileRefused(`archives nest deeper than ${maxArchiveDepth}`);
  }
  // Some that are empty stand for others, which are elsewhere.
  if (member.sizeBytes === 0) return;
  reading.budget.takeArchive();
  reading.budget.whileOpen(member.sizeBytes, () => {
    const nested = {
      name: baseName(member.name),
      inside: within(place, member.name),
      depth: place.depth + 1,
    };
    readArchive(archive.content(member), nested, reading);
  });
}

const manifestName = "META-INF/MANIFEST.MF";

/** `META-INF/maven/<group>/<artifact>/pom.properties`; classes moved for Servlets keep it below theirs. */
function isPom(name: string): boolean {
  if (!name.endsWith("/pom.properties")) return false;
  const parts = name.split("/", 8);
  const at = parts.length - 5;
  return at >= 0 && at <= 2 && parts[at] === "META-INF" && parts[at + 1] === "maven";
}

function within(place: Place, name: string): string {
  return place.inside === "" ? name : `${place.inside}!/${name}`;
}

function textOf(archive: ZipArchive, member: ZipMember, maxBytes: number): string {
  if (member.sizeBytes > maxBytes) {
    throw new FileRefused(`${JSON.stringify(member.name.slice(0, 200))} is too large`);
  }
  // What a manifest says of the whole archive comes first.
  return decodedText(archive.content(member).subarray(0, maxHeaderBytes));
}

function add(list: PackageList, found: JavaName, inside: string): void {
  list.add({ type: "maven", ...found, ...(inside === "" ? {} : { inside }) });
}
