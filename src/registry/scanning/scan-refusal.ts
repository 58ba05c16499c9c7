import { LayerRefused } from "./layer-refused.ts";

/** Why an image has no result. Not a fault of who asks: its scan says so. */
export class ScanRefusal extends Error {
  override readonly name = "ScanRefusal";
  readonly status: "UNSUPPORTED_IMAGE" | "FAILED";

  constructor(status: ScanRefusal["status"], sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** What the scan of an image ends with that was not looked into; `undefined` for any other error. */
export function refusedStatus(error: unknown): ScanRefusal["status"] | undefined {
  if (error instanceof ScanRefusal) return error.status;
  if (!(error instanceof LayerRefused)) return undefined;
  return error.refusal === "unsupported" ? "UNSUPPORTED_IMAGE" : "FAILED";
}

/** ECR's own sentence. Source: ECR, "Troubleshooting image scanning". */
export const unsupportedSystem =
  "UnsupportedImageError: The operating system and/or package manager are not supported.";
