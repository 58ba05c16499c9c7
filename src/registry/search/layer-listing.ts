import { FileTree } from "../scanning/advice/file-tree.ts";
import type { LayerFile } from "../scanning/layer-file.ts";
import type { LayerInventory } from "../scanning/layer-inventory.ts";
import { nameOf, parentOf } from "../scanning/layer-path.ts";

/** What a layer does to what the layers below it have. */
export const fileChanges = ["ADDED", "CHANGED", "REMOVED", "UNCHANGED"] as const;
export type FileChange = (typeof fileChanges)[number];

/** Of a layer, or of one directory of it and all below. */
export interface ChangeSums {
  /** Of the contents that the layer brings, in bytes, uncompressed. */
  sizeBytes: number;
  /** All but directories. */
  added: number;
  changed: number;
  /** Whiteouts: a directory that goes as a whole is one. */
  removed: number;
  /** Bytes below that nobody sees any more because of `removed`. */
  removedBytes: number;
}

export interface ListedFile {
  readonly name: string;
  /** Absent of a whiteout that hides nothing. */
  readonly kind: LayerFile["kind"] | undefined;
  /** `UNCHANGED` is said of directories alone: of a file that is there again nobody knows its content. */
  readonly change: FileChange;
  /** As the layer's archive has it: absent of what goes, and of a directory that has no entry of its own. */
  readonly file: LayerFile | undefined;
  /** Of a directory. */
  readonly sums: ChangeSums | undefined;
  /** Of what the layer brings; of what it removes, what that held. */
  readonly sizeBytes: number;
  /** Whether the directory hides all that layers below have in it. */
  readonly isOpaque: boolean;
}

interface Directory {
  readonly sums: ChangeSums;
  /** By name. */
  readonly entries: Map<string, ListedFile>;
  /** What the layers below have in it, by name. */
  readonly below: ReturnType<FileTree["in"]>;
}

/** The files of a layer by directory. */
export interface LayerListing {
  /** How many files and directories are known. */
  readonly weight: number;
  readonly sums: Readonly<ChangeSums>;
  /** What is in a directory, in no order; `undefined` where the layer has no such directory. */
  directory(path: string): ListedFile[] | undefined;
}

/**
 * The files of a layer as additions to, changes of and removals from the layers below. Takes time and memory
 * in proportion to the layers' paths. Source: image-spec 1.1, "Layer", "Representing Changes".
 * @param below the layers below it, the lowest first
 */
export function listLayer(below: readonly LayerInventory[], layer: LayerInventory): LayerListing {
  const directories = new LayerDirectories(new FileTree(below), layer).all;
  const { sums } = directories.get("")!;
  return {
    ...{
      sums,
      weight: [...directories.values()].reduce((sum, each) => sum + each.entries.size, 1),
    },
    directory: (path) => {
      const found = directories.get(path);
      return found && [...found.entries.values()];
    },
  };
}

/** Built entry by entry. */
class LayerDirectories {
  /** By path; one that is in another one comes after that. */
  readonly all = new Map<string, Directory>();
  readonly #below: FileTree;
  readonly #opaque: ReadonlySet<string>;

  constructor(below: FileTree, { files, whiteouts, opaque }: LayerInventory) {
    this.#below = below;
    this.#opaque = new Set(opaque);
    this.#make("");
    for (const file of files) this.#add(file);
    // What an archive removes and has again is changed.
    const here = new Set(whiteouts.length === 0 ? [] : files.map(({ path }) => path));
    for (const path of whiteouts) if (!here.has(path)) this.#remove(path);
    for (const path of opaque) this.#clear(path);
    for (const [path, { sums }] of [...this.all].reverse()) {
      if (path !== "") addTo(this.all.get(parentOf(path))!.sums, sums);
    }
  }

  #add(file: LayerFile): void {
    const { path, kind, sizeBytes } = file;
    if (kind === "directory") {
      this.#enter(path, file);
      return;
    }
    const name = nameOf(path);
    const { sums, entries, below } = this.#enter(parentOf(path), undefined);
    const isAdded = below?.has(name) !== true;
    const change = isAdded ? "ADDED" : "CHANGED";
    entries.set(name, { name, kind, change, file, sizeBytes, isOpaque: false, sums: undefined });
    sums.sizeBytes += sizeBytes;
    sums[isAdded ? "added" : "changed"]++;
  }

  #remove(path: string): void {
    const before = this.#below.at(path);
    const sizeBytes = this.#below.bytesAt(path);
    const { sums, entries } = this.#enter(parentOf(path), undefined);
    const name = nameOf(path);
    entries.set(name, {
      ...{ name, change: "REMOVED", file: undefined, isOpaque: false },
      ...{ kind: before && (before.file?.kind ?? "directory"), sums: undefined, sizeBytes },
    });
    sums.removed++;
    sums.removedBytes += sizeBytes;
  }

  /** Everything goes that was in the directory. */
  #clear(path: string): void {
    const { sums } = this.#enter(path, undefined);
    if (this.#below.at(path) === undefined) return;
    sums.removed++;
    sums.removedBytes += this.#below.bytesAt(path);
  }

  /** The directory, which is made with all above it where the archive has no entry of them yet. */
  #enter(path: string, file: LayerFile | undefined): Directory {
    const known = this.all.get(path);
    if (known !== undefined && (file === undefined || path === "")) return known;
    const { entries } = this.#enter(parentOf(path), undefined);
    const directory = known ?? this.#make(path);
    const { sums } = directory;
    const name = nameOf(path);
    entries.set(name, {
      ...{ name, kind: "directory", change: changeOf(file, this.#below.at(path)) },
      ...{ file, sums, isOpaque: this.#opaque.has(path) },
      get sizeBytes() {
        return sums.sizeBytes;
      },
    });
    return directory;
  }

  #make(path: string): Directory {
    const sums = { sizeBytes: 0, added: 0, changed: 0, removed: 0, removedBytes: 0 };
    const made = { sums, entries: new Map(), below: this.#below.in(path) };
    this.all.set(path, made);
    return made;
  }
}

function addTo(sums: ChangeSums, more: ChangeSums): void {
  sums.sizeBytes += more.sizeBytes;
  sums.added += more.added;
  sums.changed += more.changed;
  sums.removed += more.removed;
  sums.removedBytes += more.removedBytes;
}

/** Of a directory: most archives name those that they put something into, as they were. */
function changeOf(
  file: LayerFile | undefined,
  before: { readonly file: LayerFile | undefined } | undefined,
): FileChange {
  if (before === undefined) return "ADDED";
  const old = before.file;
  if (file === undefined || old === undefined) return "UNCHANGED";
  const isSame =
    old.kind === "directory" &&
    old.mode === file.mode &&
    old.userId === file.userId &&
    old.groupId === file.groupId;
  return isSame ? "UNCHANGED" : "CHANGED";
}
