const blockBytes = 512;
const nameBytes = 100;
const largestOctalSize = 8 ** 11 - 1;

/** Two blocks of zeros. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

interface TreeEntry {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  readonly target?: string;
  /** Of a file. */
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const types = { file: "0", directory: "5", symlink: "2" } as const;

/** How a file of a tree begins in an archive. Long names as GNU tar writes them. */
export function treeEntry({ path, kind, target = "", size, mode, uid, gid }: TreeEntry): Buffer {
  const [name, link] = [Buffer.from(path), Buffer.from(target)];
  const bytes = kind === "file" ? size : 0;
  const numbers = { mode: mode & 0o7777, uid, gid };
  return Buffer.concat([
    ...(name.length > nameBytes ? longName("L", name) : []),
    ...(link.length > nameBytes ? longName("K", link) : []),
    header({ name, type: types[kind], bytes, link, ...numbers }),
  ]);
}

/** What follows a content up to the next block. */
export function padding(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}

function longName(type: "L" | "K", text: Buffer): Buffer[] {
  const numbers = { mode: 0o644, uid: 0, gid: 0 };
  const name = Buffer.from("././@LongLink");
  const head = { name, type, bytes: text.length, link: Buffer.alloc(0), ...numbers };
  return [header(head), text, padding(text.length)];
}

interface Header {
  readonly name: Buffer;
  readonly type: string;
  readonly bytes: number;
  readonly link: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

function header({ name, type, bytes, link, mode, uid, gid }: Header): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number) =>
    `${Math.min(value, 8 ** digits - 1)
      .toString(8)
      .padStart(digits, "0")}\0`;
  name.subarray(0, nameBytes).copy(block);
  block.write(octal(mode, 7), 100);
  block.write(octal(uid, 7), 108);
  block.write(octal(gid, 7), 116);
  if (bytes <= largestOctalSize) block.write(octal(bytes, 11), 124);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(bytes), 128);
  }
  block.write(octal(0, 11), 136);
  block.write(type, 156);
  link.subarray(0, nameBytes).copy(block, 157);
  block.write("ustar  \0", 257, "latin1");
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
