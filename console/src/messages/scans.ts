/** What became of the scan of an image, where it has no result to show. */
export const scanStates: Readonly<Record<string, string>> = {
  FAILED: "The scan failed",
  IN_PROGRESS: "Being scanned",
  PENDING: "Waits for its scan",
  UNSUPPORTED_IMAGE: "Cannot be scanned",
  SCAN_ELIGIBILITY_EXPIRED: "Not scanned any more",
  IMAGE_ARCHIVED: "Archived: not scanned",
};

/** In a cell among others. */
export function scanState(status: string): string {
  return scanStates[status] ?? status.toLowerCase().replaceAll("_", " ");
}
