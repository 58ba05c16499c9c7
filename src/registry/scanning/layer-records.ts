import { type FileAnalyzer, type FileFindings, wholeFile } from "./file-analyzer.ts";
import type { LayerFile } from "./layer-file.ts";
import type { PackageRecord, UnreadFile } from "./layer-inventory.ts";
import type { LayerLimits } from "./layer-limits.ts";
import type { LayerReadingOptions } from "./layer-reading-options.ts";
import { LayerRefused } from "./layer-refused.ts";
import type { LayerTree } from "./layer-tree.ts";

/** What stands in `UnreadFile.analyzer` for a file that tells the distribution. */
const distributionReader = "distribution";

type Outcome = PackageRecord | UnreadFile;

/** Collects what analyzers find in a layer, by the paths at which they found it. */
export class LayerRecords {
  readonly #limits: LayerLimits;
  readonly #outcomes = new Map<string, Outcome[]>();
  readonly #systemFiles = new Map<string, string>();
  #packages = 0;
  #ownedPaths = 0;

  constructor(limits: LayerLimits) {
    this.#limits = limits;
  }

  /** Another entry takes the place of what was found at this path. */
  forget(path: string): void {
    this.#outcomes.delete(path);
    this.#systemFiles.delete(path);
  }

  /** @throws LayerRefused if there is more than any layer has */
  record(path: string, analyzer: string, { packages, ownedPaths, owners }: FileFindings): void {
    if (analyzer === distributionReader) return; // It kept its text.
    this.#packages += packages.length;
    this.#ownedPaths += ownedPaths?.length ?? 0;
    const { packages: mostPackages, ownedPaths: mostPaths } = this.#limits;
    if (this.#packages > mostPackages || this.#ownedPaths > mostPaths) {
      throw new LayerRefused(
        "too-large",
        `The layer has more than ${mostPackages} packages, or ${mostPaths} files of packages.`,
      );
    }
    this.#add({
      ...{ path, analyzer, packages },
      ...(ownedPaths !== undefined && { ownedPaths }),
      ...(owners !== undefined && { owners }),
    });
  }

  refuse(path: string, analyzer: string, reason: string): void {
    this.#add({ path, analyzer, reason });
  }

  /** Keeps the file's text. */
  systemFile(file: LayerFile, maxBytes: number): FileAnalyzer {
    return {
      name: distributionReader,
      version: 1,
      wants: () => true,
      read: wholeFile(maxBytes, (content) => {
        this.#systemFiles.set(file.path, new TextDecoder().decode(content));
        return { packages: [] };
      }),
    };
  }

  /** All that is still there once the layer is unpacked. */
  end(
    files: readonly LayerFile[],
    tree: LayerTree,
    { analyzers, systemFiles }: LayerReadingOptions,
  ) {
    for (const file of files) {
      if (file.kind !== "hardlink") continue;
      const target = tree.hardlinked(file);
      this.#addHardlink(file, target, analyzers);
      if (systemFiles.includes(file.path)) this.#addSystemFile(file, target);
    }
    const records: PackageRecord[] = [];
    const unread: UnreadFile[] = [];
    for (const [path, outcomes] of this.#outcomes) {
      if (tree.file(path) === undefined) continue;
      for (const outcome of outcomes) {
        if ("reason" in outcome) unread.push(outcome);
        else records.push(outcome);
      }
    }
    const kept = [...this.#systemFiles].filter(([path]) => tree.file(path) !== undefined);
    return { records, unread, systemFiles: Object.fromEntries(kept) };
  }

  /**
   * Another name of a file, which has the same content: what was found there is here too. Where nobody looked
   * there, it is said that nobody looked here.
   */
  #addHardlink(link: LayerFile, target: LayerFile | undefined, analyzers: readonly FileAnalyzer[]) {
    const { sizeBytes, mode } = target ?? link;
    const asFile: LayerFile = { ...link, kind: "file", sizeBytes, mode };
    const outcomes = target === undefined ? undefined : this.#outcomes.get(target.path);
    for (const analyzer of analyzers.filter((each) => each.wants(asFile))) {
      const outcome = outcomes?.find((each) => each.analyzer === analyzer.name);
      if (outcome === undefined) this.refuse(link.path, analyzer.name, unseen(link));
      else if ("reason" in outcome) this.refuse(link.path, analyzer.name, outcome.reason);
      else this.record(link.path, analyzer.name, outcome);
    }
  }

  #addSystemFile(link: LayerFile, target: LayerFile | undefined): void {
    const text = this.#systemFiles.get(target?.path ?? "");
    if (text === undefined) this.refuse(link.path, distributionReader, unseen(link));
    else this.#systemFiles.set(link.path, text);
  }

  #add(outcome: Outcome): void {
    const known = this.#outcomes.get(outcome.path);
    if (known === undefined) this.#outcomes.set(outcome.path, [outcome]);
    else known.push(outcome);
  }
}

function unseen({ target }: LayerFile): string {
  return `a hard link to ${target}, which is not looked at`;
}
