import type { LayerFile } from "./layer-file.ts";
import { cleanPath, parentOf } from "./layer-path.ts";
import { LayerRefused } from "./layer-refused.ts";

/** As Linux allows in one path. Source: path_resolution(7). */
const mostLinks = 40;

interface Entry {
  /** Absent for what is none, but hides one: a device. */
  readonly file: LayerFile | undefined;
  readonly order: number;
  /** The order of the last entry here that was no directory, and left nothing below; -1 for none. */
  readonly emptied: number;
}

/**
 * What a layer's archive leaves when it is unpacked in its order: the last entry of a path counts, and whatever
 * is no directory takes the place of all that was below its path.
 */
export class LayerTree {
  /** By path, in the order in which each path came first. */
  readonly #entries = new Map<string, Entry>();
  readonly #links = new Map<string, string>();
  /** Directories that have links in them, at whatever depth. */
  readonly #withLinks = new Set<string>();
  readonly #directories = new Map<string, boolean>();
  readonly #barriers = new Map<string, number>();
  #order = 0;
  /** Of the last path that was placed: most lie beside the one before. */
  #lastParent: string | undefined;
  #lastResolved = "";

  /** The path at which an entry lands: links of this layer lead there, as they do when it is unpacked. */
  place(path: string): string {
    if (this.#links.size === 0) return path;
    const parent = parentOf(path);
    if (parent !== this.#lastParent) {
      const resolved = resolveLinks(this.#links, parent);
      if (resolved === undefined) {
        throw new LayerRefused("damaged", "The layer has symbolic links that lead in a circle.");
      }
      this.#lastResolved = resolved;
      this.#lastParent = parent;
    }
    if (this.#lastResolved === parent) return path;
    const name = path.slice(path.lastIndexOf("/") + 1);
    return this.#lastResolved === "" ? name : `${this.#lastResolved}/${name}`;
  }

  /** @param file absent for what is none, but hides one: a device */
  add(path: string, file: LayerFile | undefined): void {
    this.#forgetLinks(path, file?.kind === "directory");
    if (file?.kind === "symlink") this.#addLink(path, file.target ?? "");
    const order = this.#order++;
    const emptied = file?.kind === "directory" ? (this.#entries.get(path)?.emptied ?? -1) : order;
    this.#entries.set(path, { file, order, emptied });
  }

  /** When the entry of this path came; absent if another took its place. */
  orderOf(path: string): number | undefined {
    const entry = this.#entries.get(path);
    return entry === undefined || this.#barrier(parentOf(path)) > entry.order
      ? undefined
      : entry.order;
  }

  /** The file that is there in the end. */
  file(path: string): LayerFile | undefined {
    return this.orderOf(path) === undefined ? undefined : this.#entries.get(path)!.file;
  }

  /** The file whose content another name of it has, and where it is. */
  hardlinked(link: LayerFile): LayerFile | undefined {
    let found: LayerFile | undefined = link;
    for (let followed = 0; found?.kind === "hardlink"; followed++) {
      const path = this.place(cleanPath(found.target ?? ""));
      const isOlder: boolean = (this.orderOf(path) ?? Infinity) < this.orderOf(found.path)!;
      found = isOlder && followed < mostLinks ? this.file(path) : undefined;
    }
    return found?.kind === "file" ? found : undefined;
  }

  /** @throws LayerRefused if there are files below what is no directory: no engine unpacks that */
  files(): LayerFile[] {
    const found: LayerFile[] = [];
    for (const [path, { file }] of this.#entries) {
      if (this.orderOf(path) === undefined) continue;
      if (!this.#isDirectory(parentOf(path))) {
        throw new LayerRefused("damaged", "The layer has files in what is no directory.");
      }
      if (file !== undefined) found.push(file);
    }
    return found;
  }

  /** Paths of devices. */
  devices(): string[] {
    const found: string[] = [];
    for (const [path, { file }] of this.#entries) {
      if (file === undefined && this.orderOf(path) !== undefined) found.push(path);
    }
    return found;
  }

  #addLink(path: string, target: string): void {
    this.#links.set(path, target);
    this.#lastParent = undefined;
    for (let each = parentOf(path); !this.#withLinks.has(each); each = parentOf(each)) {
      this.#withLinks.add(each);
      if (each === "") break;
    }
  }

  /** Another entry takes the place of a link, or of a directory with links. */
  #forgetLinks(path: string, keepsDirectory: boolean): void {
    if (this.#links.delete(path)) this.#lastParent = undefined;
    if (keepsDirectory || !this.#withLinks.delete(path)) return;
    for (const each of this.#links.keys()) {
      if (each.startsWith(`${path}/`)) this.#links.delete(each);
    }
    this.#lastParent = undefined;
  }

  /** Whether files can be in it, as far as the layer says. */
  #isDirectory(path: string): boolean {
    if (path === "") return true;
    let known = this.#directories.get(path);
    if (known === undefined) {
      const isOne =
        this.orderOf(path) === undefined || this.#entries.get(path)?.file?.kind === "directory";
      known = isOne && this.#isDirectory(parentOf(path));
      this.#directories.set(path, known);
    }
    return known;
  }

  /** When the last entry came that left nothing in this directory. Asked only once all entries are there. */
  #barrier(directory: string): number {
    if (directory === "") return -1;
    let barrier = this.#barriers.get(directory);
    if (barrier === undefined) {
      const own = this.#entries.get(directory)?.emptied ?? -1;
      barrier = Math.max(own, this.#barrier(parentOf(directory)));
      this.#barriers.set(directory, barrier);
    }
    return barrier;
  }
}

/**
 * Where a path leads, by symbolic links of which each is known by the path that it is at. Nowhere if they
 * lead in a circle.
 */
export function resolveLinks(links: ReadonlyMap<string, string>, path: string): string | undefined {
  let pending = path.split("/").reverse();
  let resolved = "";
  let followed = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      resolved = parentOf(resolved);
      continue;
    }
    const next = resolved === "" ? part : `${resolved}/${part}`;
    const target = links.get(next);
    if (target === undefined) {
      resolved = next;
      continue;
    }
    if (++followed > mostLinks) return undefined;
    if (target.startsWith("/")) resolved = "";
    pending = pending.concat(target.split("/").reverse());
  }
  return resolved;
}
