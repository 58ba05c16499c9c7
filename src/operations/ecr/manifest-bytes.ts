import { invalidParameter } from "../../registry/errors.ts";

/**
 * A manifest's text as bytes.
 * @throws InvalidParameter for text that no bytes can stand for: then there is no digest either
 */
export function manifestBytes(text: string): Buffer {
  if (!text.isWellFormed()) throw invalidParameter("ImageManifest", "Invalid JSON syntax");
  return Buffer.from(text, "utf8");
}
