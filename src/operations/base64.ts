import { invalidParameter } from "../registry/errors.ts";

/**
 * The bytes of a base64 text with padding and nothing else in it.
 * @throws InvalidParameter for any other text, and for more than `maximumBytes`
 */
export function decodeBase64(parameter: string, text: string, maximumBytes: number): Uint8Array {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const length = (text.length / 4) * 3 - padding;
  if (length > maximumBytes) {
    throw invalidParameter(
      parameter,
      `Member must have length less than or equal to ${maximumBytes}`,
    );
  }
  const bytes = Buffer.from(text, "base64");
  // Node skips what is not base64, which shows as missing bytes; and it takes the URL-safe alphabet.
  if (bytes.length !== length || text.includes("-") || text.includes("_")) {
    throw invalidParameter(parameter, "Member must be base64-encoded");
  }
  return bytes;
}
