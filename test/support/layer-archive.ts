/** An entry as it stands in a layer's archive. */
export interface ArchiveEntry {
  readonly path: string | Uint8Array;
  /** tar's own letter: a plain file if absent. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly target?: string;
  readonly mode?: number;
  /** What the header says instead of the content's length, as it stands there. */
  readonly sizeField?: Uint8Array | string;
  readonly magic?: string;
}

const blockBytes = 512;

/** A tar archive as these entries say, sound or not. */
export function layerArchive(entries: readonly ArchiveEntry[]): Buffer {
  return Buffer.concat([...entries.map(archiveEntry), Buffer.alloc(2 * blockBytes)]);
}

export function file(path: string, content: string | Uint8Array = "", mode = 0o644): ArchiveEntry {
  return { path, content, mode };
}

export function directory(path: string): ArchiveEntry {
  return { path: `${path}/`, type: "5", mode: 0o755 };
}

export function symlink(path: string, target: string): ArchiveEntry {
  return { path, type: "2", target, mode: 0o777 };
}

export function hardlink(path: string, target: string): ArchiveEntry {
  return { path, type: "1", target };
}

/** An extended header: `LENGTH KEY=VALUE` for each. */
export function pax(values: Readonly<Record<string, string>>, type = "x"): ArchiveEntry {
  const records = Object.entries(values).map(([key, value]) => {
    const rest = Buffer.from(` ${key}=${value}\n`);
    const digits = String(rest.length).length;
    const length = rest.length + digits;
    return `${String(length).length === digits ? length : length + 1}${rest}`;
  });
  return { path: "PaxHeader", type, content: records.join("") };
}

export function archiveEntry(entry: ArchiveEntry): Buffer {
  const content = Buffer.from(entry.content ?? "");
  const block = Buffer.alloc(blockBytes);
  const path = Buffer.from(entry.path);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  if (path.length > 100) {
    const longName = archiveEntry({ path: "././@LongLink", type: "L", content: path });
    return Buffer.concat([longName, archiveEntry({ ...entry, path: path.subarray(0, 100) })]);
  }
  path.copy(block);
  block.write(octal(entry.mode ?? 0o644, 7), 100);
  block.write(octal(1000, 7), 108);
  block.write(octal(100, 7), 116);
  Buffer.from(entry.sizeField ?? octal(content.length, 11)).copy(block, 124);
  block.write(octal(1_700_000_000, 11), 136);
  block.write(entry.type ?? "0", 156);
  block.write(entry.target ?? "", 157, 100);
  block.write(entry.magic ?? "ustar\x0000", 257, "latin1");
  setChecksum(block);
  return Buffer.concat([block, content, Buffer.alloc(-content.length & (blockBytes - 1))]);
}

/** After a header was changed by hand. */
export function setChecksum(block: Buffer): void {
  block.write("        ", 148);
  const sum = block.subarray(0, blockBytes).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
}
