import type { PriceFigure, PriceTable } from "./price-table.ts";

/** AWS bills 2^30 bytes as one GB. Source: Amazon S3, FAQs, "How am I charged for storage". */
export const binaryGigabyte = 2 ** 30;

const ecr = "Amazon ECR pricing, us-east-1, at second hand";
const kms = "AWS KMS pricing; its 20000 free requests are of an account and left out";

/** Without a date: known, and not looked up. */
function figure(amount: string, source: string, date = ""): PriceFigure {
  return { amount, source, date };
}

const ofEcr = (amount: string, more = "") => figure(amount, ecr + more, "2026-03-22");
const ofKms = (amount: string) => figure(amount, kms, "2026-03-14");

/** What is charged where nobody says anything else: what AWS charges, as far as it does. */
export const defaultPrices: PriceTable = {
  name: "Entrepot",
  currency: "USD",
  gigabyteBytes: binaryGigabyte,
  figures: {
    storage: ofEcr("0.10"),
    archiveStorage: ofEcr(
      "0.07",
      ": beyond 150 TB; up to there archive storage costs there as much as standard storage",
    ),
    requests: figure("0.00005", "default of Entrepot; Amazon ECR charges nothing for requests"),
    transferRegion: figure("0", "Amazon ECR pricing"),
    transferOtherRegion: figure(
      "0.025",
      "default of Entrepot; AWS has a price for each pair of regions",
    ),
    transferInternet: figure(
      "0.09",
      "Amazon ECR pricing, us-east-1, the first 10 TB; a free allowance is shared by all services",
    ),
    transferPublic: figure("0", "default of Entrepot: who pulls from a public registry pays"),
    keys: ofKms("1"),
    keyRequests: ofKms("0.03"),
    basicScans: figure("0", "Amazon ECR pricing"),
    enhancedScans: figure("0.09", "Amazon Inspector pricing, us-east-1, first scan of an image"),
    registry: figure("0", "Amazon ECR pricing"),
  },
};
