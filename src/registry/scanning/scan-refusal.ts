/** Why an image has no result. Not a fault of who asks: its scan says so. */
export class ScanRefusal extends Error {
  override readonly name = "ScanRefusal";
  readonly status: "UNSUPPORTED_IMAGE" | "FAILED";

  constructor(status: ScanRefusal["status"], sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** ECR's own sentence. Source: ECR, "Troubleshooting image scanning". */
export const unsupportedSystem =
  "UnsupportedImageError: The operating system and/or package manager are not supported.";
