export interface TarEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

const blockBytes = 512;

/** A POSIX (ustar) archive of plain files: enough for layers and image archives. */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, content }) => [
    header(name, content.length),
    content,
    Buffer.alloc(-content.length & (blockBytes - 1)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function header(name: string, sizeBytes: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`too long for a plain tar header: ${name}`);
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0);
  block.write("0000644\0", 100); // mode
  block.write("0000000\0", 108); // owner
  block.write("0000000\0", 116); // group
  block.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136); // modified at
  block.write("        ", 148); // The checksum is computed with spaces in its place.
  block.write("0", 156); // a plain file
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
