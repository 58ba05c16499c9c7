import { basename, dirname } from "node:path";
import type { FileSystem, OpenFile } from "../../src/adapters/blobs/file-system.ts";

/**
 * What goes wrong at one call, counted from 1: an error of the system, the end of the process
 * ("kill": what was written is kept by the system), or of the machine ("power": what was not synced
 * may be gone).
 */
export interface Fault {
  readonly atCall: number;
  readonly kind: "EIO" | "ENOSPC" | "EDQUOT" | "EROFS" | "EMFILE" | "kill" | "power";
}

type FileChange =
  | { readonly kind: "write"; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly lengthBytes: number };
type EntryChange = { readonly name: string; readonly node: Node | undefined };

/** Content as programs see it, content as it is on the disk, and what leads from one to the other. */
interface FileNode {
  readonly kind: "file";
  current: Buffer;
  durable: Buffer;
  pending: FileChange[];
}
interface DirectoryNode {
  readonly kind: "directory";
  readonly current: Map<string, Node>;
  readonly durable: Map<string, Node>;
  pending: EntryChange[];
}
type Node = FileNode | DirectoryNode;

/**
 * A file system in memory that fails where it is told to. After a power loss each change that was
 * not synced has reached the disk or not, whole or torn, in any combination: the seed decides.
 */
export class SimulatedFileSystem implements FileSystem {
  /** What was asked, in order. */
  readonly journal: string[] = [];
  readonly seed: number;
  /** What is below this path is on another disk: nothing has a name on both. */
  readonly separateDisk: string | undefined;
  readonly #random: () => number;
  readonly #root: DirectoryNode;
  #fault: Fault | undefined;
  #calls = 0;
  #ended = false;

  constructor(seed = 1, separateDisk?: string, root: DirectoryNode = emptyDirectory()) {
    this.seed = seed;
    this.separateDisk = separateDisk;
    this.#random = randomFrom(seed);
    this.#root = root;
  }

  /** Counts calls from here on and fails the one that the fault names. */
  plan(fault: Fault | undefined): void {
    this.#fault = fault;
    this.#calls = 0;
  }

  /** Whether the planned call was reached. */
  get faultHappened(): boolean {
    return this.#fault !== undefined && this.#calls >= this.#fault.atCall;
  }

  /** The call that failed, as the journal has it. */
  get failedCall(): string {
    return this.journal.find((entry) => entry.startsWith("! ")) ?? "none";
  }

  /** What a new process finds: after a kill everything, after a power loss what the disk has. */
  restart(after = this.#fault?.kind): SimulatedFileSystem {
    this.#ended = true;
    const seed = Math.floor(this.#random() * 2 ** 31);
    return new SimulatedFileSystem(
      seed,
      this.separateDisk,
      after === "power" ? this.#survivors(this.#root) : this.#root,
    );
  }

  async open(path: string, access: "read" | "write" | "create"): Promise<OpenFile> {
    return this.#call(`open ${access} ${path}`, () => {
      const existing = this.#find(path);
      if (existing !== undefined) return this.#handle(path, existing);
      if (access !== "create") throw systemError("ENOENT", "open");
      const created: FileNode = {
        kind: "file",
        current: Buffer.alloc(0),
        durable: Buffer.alloc(0),
        pending: [],
      };
      this.#setEntry(path, created);
      return this.#handle(path, created);
    });
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#call(`rename ${from} ${to}`, () => {
      const node = this.#find(from);
      if (node === undefined) throw systemError("ENOENT", "rename");
      if (this.#find(to) === node) return; // As POSIX has it for two names of one file.
      this.#setEntry(to, node);
      this.#setEntry(from, undefined);
    });
  }

  async link(from: string, to: string): Promise<void> {
    await this.#call(`link ${from} ${to}`, () => {
      const node = this.#find(from);
      if (node === undefined) throw systemError("ENOENT", "link");
      if (this.#find(to) !== undefined) throw systemError("EEXIST", "link");
      const disk = this.separateDisk;
      if (disk !== undefined && from.startsWith(disk) !== to.startsWith(disk)) {
        throw systemError("EXDEV", "link");
      }
      this.#setEntry(to, node);
    });
  }

  async unlink(path: string): Promise<void> {
    await this.#call(`unlink ${path}`, () => {
      if (this.#find(path) === undefined) throw systemError("ENOENT", "unlink");
      this.#setEntry(path, undefined);
    });
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#call(`mkdir ${path}`, () => {
      if (this.#find(path) !== undefined) throw systemError("EEXIST", "mkdir");
      this.#setEntry(path, emptyDirectory());
    });
  }

  async *names(directory: string): AsyncIterable<string> {
    const node = await this.#call(`opendir ${directory}`, () => this.#directory(directory));
    yield* [...node.current.keys()];
  }

  async sizeOf(path: string): Promise<number> {
    return this.#call(`stat ${path}`, () => {
      const node = this.#find(path);
      if (node === undefined) throw systemError("ENOENT", "stat");
      return node.kind === "file" ? node.current.length : 0;
    });
  }

  async space(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    return this.#call(`statfs ${path}`, () => ({ freeBytes: 2 ** 40, totalBytes: 2 ** 41 }));
  }

  #handle(path: string, node: Node): OpenFile {
    const file = () => {
      if (node.kind !== "file") throw systemError("EISDIR", "file");
      return node;
    };
    const sync = (name: string) => {
      const failed = () => forgetPending(node);
      return this.#call(`${name} ${path}`, () => makeDurable(node), failed);
    };
    return {
      size: () => this.#call(`fstat ${path}`, () => file().current.length),
      read: (into, position) =>
        this.#call(`read ${path}`, () => file().current.copy(into, 0, position)),
      write: (pieces, position) => this.#write(path, file, Buffer.concat(pieces), position),
      truncate: (lengthBytes) =>
        this.#call(`truncate ${path}`, () => change(file(), { kind: "truncate", lengthBytes })),
      syncData: () => sync("fdatasync"),
      sync: () => sync("fsync"),
      close: () => this.#call(`close ${path}`, () => undefined),
    };
  }

  #write(path: string, file: () => FileNode, bytes: Buffer, position: number): Promise<number> {
    const put = (count: number) => {
      change(file(), { kind: "write", position, bytes: bytes.subarray(0, count) });
      return count;
    };
    const all = () => {
      // Now and then fewer than asked for, as the system may.
      const share = this.#random() < 0.2 ? this.#random() : 1;
      return put(Math.max(1, Math.floor(bytes.length * share)));
    };
    return this.#call(`write ${path}`, all, () => put(Math.floor(bytes.length / 2)));
  }

  /** One call of the system; `failing` is what it does all the same when it is the one that fails. */
  async #call<T>(name: string, work: () => T, failing?: () => void): Promise<T> {
    await Promise.resolve(); // Nobody may count on an answer in the same turn.
    if (this.#ended) throw new ProcessEnded();
    this.#calls += 1;
    if (this.#fault?.atCall !== this.#calls) {
      this.journal.push(name);
      return work();
    }
    this.journal.push(`! ${name}`);
    const { kind } = this.#fault;
    if (kind !== "kill" && kind !== "power") {
      failing?.();
      throw systemError(kind, name.split(" ")[0]!);
    }
    this.#ended = true;
    // The call may have been carried out although nobody hears of it.
    if (this.#random() < 0.5) attempt(work);
    throw new ProcessEnded();
  }

  #find(path: string): Node | undefined {
    if (path === "/") return this.#root;
    const parent = this.#find(dirname(path));
    if (parent?.kind !== "directory") return undefined;
    return parent.current.get(basename(path));
  }

  #directory(path: string): DirectoryNode {
    const node = this.#find(path);
    if (node?.kind !== "directory") throw systemError("ENOENT", "directory");
    return node;
  }

  #setEntry(path: string, node: Node | undefined): void {
    const parent = this.#directory(dirname(path));
    applyEntry(parent.current, { name: basename(path), node });
    parent.pending.push({ name: basename(path), node });
  }

  #survivors(directory: DirectoryNode, copies = new Map<Node, Node>()): DirectoryNode {
    const entries = new Map(directory.durable);
    for (const pending of directory.pending) {
      if (this.#random() < 0.5) applyEntry(entries, pending);
    }
    const survivor = emptyDirectory();
    for (const [name, node] of entries) {
      // A file that survives under two names is still one file.
      const copy = copies.get(node) ?? this.#survivor(node, copies);
      copies.set(node, copy);
      survivor.current.set(name, copy);
      survivor.durable.set(name, copy);
    }
    return survivor;
  }

  #survivor(node: Node, copies: Map<Node, Node>): Node {
    if (node.kind === "directory") return this.#survivors(node, copies);
    let content = node.durable;
    for (const pending of node.pending) {
      const fate = this.#random();
      if (fate < 1 / 3) continue;
      const torn = fate < 2 / 3 && pending.kind === "write";
      content = applied(content, torn ? tear(pending, this.#random()) : pending);
    }
    return { kind: "file", current: content, durable: content, pending: [] };
  }
}

/** What every call answers once the process or the machine is gone. */
export class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

function emptyDirectory(): DirectoryNode {
  return { kind: "directory", current: new Map(), durable: new Map(), pending: [] };
}

function change(file: FileNode, pending: FileChange): void {
  file.current = applied(file.current, pending);
  file.pending.push(pending);
}

function applied(content: Buffer, pending: FileChange): Buffer {
  const end =
    pending.kind === "truncate"
      ? pending.lengthBytes
      : Math.max(content.length, pending.position + pending.bytes.length);
  const next = Buffer.alloc(end); // Zeros where nothing was written.
  content.copy(next);
  if (pending.kind === "write") pending.bytes.copy(next, pending.position);
  return next;
}

function tear(write: FileChange & { kind: "write" }, share: number): FileChange {
  return { ...write, bytes: write.bytes.subarray(0, Math.floor(write.bytes.length * share)) };
}

function applyEntry(entries: Map<string, Node>, { name, node }: EntryChange): void {
  if (node === undefined) entries.delete(name);
  else entries.set(name, node);
}

function makeDurable(node: Node): void {
  if (node.kind === "file") {
    for (const pending of node.pending) node.durable = applied(node.durable, pending);
  } else {
    for (const pending of node.pending) applyEntry(node.durable, pending);
  }
  node.pending = [];
}

/** As Linux does after a failed fsync: the bytes count as written and never reach the disk. */
function forgetPending(node: Node): void {
  node.pending = [];
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
  }
}

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${syscall}`), { code, syscall });
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
