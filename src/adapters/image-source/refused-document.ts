import { FileRefused } from "../../registry/scanning/file-analyzer.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";

/** What could not be read of a document, as what is wrong with the image that it is of. */
export function asRefusal<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    throw new ScanRefusal("FAILED", `${what} ${error.message}`);
  }
}
