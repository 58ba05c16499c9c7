import type { LayerFile } from "../layer-file.ts";
import type { LayerInventory } from "../layer-inventory.ts";

/** Bytes of a layer that no container sees. */
export interface WastedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** The layer that has the bytes. */
  readonly addedBy: string;
  /** The layer that deletes the file, or has another one in its place. */
  readonly hiddenBy: string;
  /** `restated`: as large as before, with another mode or owner, as `chmod` and `chown` do it. */
  readonly how: "deleted" | "overwritten" | "restated";
}

/** A file that containers see. */
export interface VisibleFile {
  readonly file: LayerFile;
  readonly layerDiffId: string;
}

interface Content {
  readonly path: string;
  readonly sizeBytes: number;
  readonly layer: number;
  /** Hard links to it that are still seen. */
  names: number;
}

/** All of one shape, as there may be a million. */
interface Node {
  children: Map<string, Node> | undefined;
  file: LayerFile | undefined;
  layer: number;
  content: Content | undefined;
}

function newNode(layer: number): Node {
  return { children: undefined, file: undefined, layer, content: undefined };
}

/**
 * All layers one above the other, as containers see them, and what is hidden by that. Sizes are exact: those
 * of the archives' entries. Takes time in proportion to the layers' paths. Source: image-spec 1.1, "Layer".
 */
export class FileTree {
  readonly wasted: readonly WastedFile[];
  readonly #layers: readonly LayerInventory[];
  readonly #root: Node = newNode(0);
  readonly #wasted: WastedFile[] = [];

  constructor(layers: readonly LayerInventory[]) {
    this.#layers = layers;
    this.wasted = this.#wasted;
    for (const [at, layer] of layers.entries()) this.#put(layer, at);
  }

  get wastedBytes(): number {
    return this.wasted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Whether a path is there in the end. */
  has(path: string): boolean {
    return this.#find(path)?.file !== undefined;
  }

  /** What is there in the end: without a file of a directory that no layer has an entry of. */
  at(path: string): { readonly file: LayerFile | undefined } | undefined {
    const node = this.#find(path);
    return node && { file: node.file };
  }

  /** The same of all that is in a directory, by name; `undefined` where nothing is. */
  in(path: string): ReadonlyMap<string, { readonly file: LayerFile | undefined }> | undefined {
    return this.#find(path)?.children;
  }

  /** Of what is seen there and below, where nothing else has the same content. */
  bytesAt(path: string): number {
    const top = this.#find(path);
    let bytes = 0;
    const open = top === undefined ? [] : [top];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.content?.names === 1) bytes += node.content.sizeBytes;
      if (node.children !== undefined) for (const child of node.children.values()) open.push(child);
    }
    return bytes;
  }

  /** Everything that is there in the end, but for directories that no layer has an entry of. */
  *visible(): Generator<VisibleFile> {
    const open: Node[] = [this.#root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.file !== undefined) {
        yield { file: node.file, layerDiffId: this.#layers[node.layer]!.diffId };
      }
      if (node.children !== undefined) for (const child of node.children.values()) open.push(child);
    }
  }

  /** What a layer hides, it hides of those below it, in whichever order its archive says so. */
  #put(layer: LayerInventory, at: number): void {
    for (const directory of layer.opaque) {
      const node = this.#find(directory);
      if (node?.children !== undefined) {
        this.#hideBelow(node, at);
        node.children = undefined;
      }
    }
    for (const path of layer.whiteouts) this.#remove(path, at);
    // Of this layer's files so far: most stand in a directory where another one does.
    const directories = new Map<string, Node>();
    for (const file of layer.files) this.#place(file, at, directories);
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of partsOf(path)) node = node?.children?.get(part);
    return node;
  }

  #remove(path: string, layer: number): void {
    const parts = partsOf(path);
    const last = parts.pop();
    if (last === undefined) return;
    const siblings = this.#find(parts.join("/"))?.children;
    const node = siblings?.get(last);
    if (node === undefined) return;
    this.#hideBelow(node, layer);
    this.#hide(node, layer, "deleted");
    siblings!.delete(last);
  }

  #place(file: LayerFile, layer: number, directories: Map<string, Node>): void {
    const { path } = file;
    const slash = path.lastIndexOf("/");
    const above = slash === -1 ? "" : path.slice(0, slash);
    let directory = directories.get(above);
    if (directory === undefined) {
      directory = this.#root;
      for (const part of partsOf(above)) directory = this.#step(directory, part, layer);
      directories.set(above, directory);
    }
    let node = directory;
    for (const part of partsOf(path.slice(slash + 1))) node = this.#step(node, part, layer);
    if (file.kind !== "directory" && node.children !== undefined) {
      this.#hideBelow(node, layer);
      node.children = undefined;
      directories.clear(); // Some of them were in it.
    }
    this.#hide(node, layer, isRestated(node.file, file) ? "restated" : "overwritten");
    node.file = file;
    node.layer = layer;
    const content = this.#contentOf(file, layer);
    if (content !== undefined) node.content = content;
  }

  /** What is put below a file makes a directory of it. */
  #step(node: Node, part: string, layer: number): Node {
    if (node.file !== undefined && node.file.kind !== "directory") {
      this.#hide(node, layer, "overwritten");
      node.file = undefined;
    }
    node.children ??= new Map();
    let child = node.children.get(part);
    if (child === undefined) {
      child = newNode(layer);
      node.children.set(part, child);
    }
    return child;
  }

  /** A hard link has the content of what it leads to, which stays for as long as one of its names does. */
  #contentOf(file: LayerFile, layer: number): Content | undefined {
    if (file.kind === "file") {
      return { path: file.path, sizeBytes: file.sizeBytes, layer, names: 1 };
    }
    if (file.kind !== "hardlink" || file.target === undefined) return undefined;
    const content = this.#find(file.target)?.content;
    if (content !== undefined) content.names++;
    return content;
  }

  #hideBelow(top: Node, layer: number): void {
    const open = [...(top.children?.values() ?? [])];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      this.#hide(node, layer, "deleted");
      if (node.children !== undefined) for (const child of node.children.values()) open.push(child);
    }
  }

  #hide(node: Node, layer: number, how: WastedFile["how"]): void {
    const { content } = node;
    node.content = undefined;
    if (content === undefined || --content.names > 0) return;
    const { path, sizeBytes } = content;
    // An archive that has a path twice is its layer's own affair.
    if (content.layer === layer || sizeBytes === 0) return;
    const [addedBy, hiddenBy] = [this.#layers[content.layer]!, this.#layers[layer]!];
    this.#wasted.push({
      path,
      sizeBytes,
      addedBy: addedBy.diffId,
      hiddenBy: hiddenBy.diffId,
      how,
    });
  }
}

function isRestated(before: LayerFile | undefined, after: LayerFile): boolean {
  if (before?.kind !== "file" || after.kind !== "file") return false;
  if (before.sizeBytes !== after.sizeBytes) return false;
  return (
    before.mode !== after.mode || before.userId !== after.userId || before.groupId !== after.groupId
  );
}

/** Of links, too, which write their target as they like. */
function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
