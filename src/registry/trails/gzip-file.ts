import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";

const headerBytes = 10;
/** gzip, deflate; no name, no time, no level, no system: nothing that could differ unnoticed. */
const header = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Compresses, always to the same bytes. */
export async function gzipped(content: Uint8Array): Promise<Uint8Array> {
  const bytes = await compress(content, { level: constants.Z_BEST_SPEED });
  header.copy(bytes);
  return bytes;
}

/**
 * What `gzipped` made a file of; `undefined` for other bytes, also where they differ only in what means
 * nothing, and for what is longer than that.
 */
export async function gunzipped(
  file: Uint8Array,
  maxOutputLength: number,
): Promise<Uint8Array | undefined> {
  if (!header.equals(file.subarray(0, headerBytes))) return undefined;
  try {
    return await expand(file, { maxOutputLength });
  } catch {
    return undefined; // Damaged: whoever asks says so.
  }
}
