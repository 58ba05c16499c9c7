import type { PriceFigure, PriceTable } from "./price-table.ts";

/** AWS bills 2^30 bytes as one GB. Source: Amazon S3, FAQs, "How am I charged for storage". */
export const binaryGigabyte = 2 ** 30;

const ecr = "Amazon ECR pricing, us-east-1";
const ec2 = "Amazon EC2 on-demand pricing, data transfer, us-east-1";
const kms = "AWS KMS pricing";
const inspector = "Amazon Inspector pricing, us-east-1, first scan of an image";

function figure(amount: string, source: string, date = "2026-03-22"): PriceFigure {
  return { amount, source, date };
}

/** What is charged where nobody says anything else: what AWS charges, as far as it does. */
export const defaultPrices: PriceTable = {
  name: "Entrepot",
  currency: "USD",
  gigabyteBytes: binaryGigabyte,
  figures: {
    storage: figure("0.10", ecr),
    archiveStorage: figure(
      "0.07",
      `${ecr}: beyond 150 TB; up to there archive storage costs there as much as standard storage`,
    ),
    requests: figure("0.00005", "default of Entrepot; Amazon ECR charges nothing for requests"),
    transferRegion: figure("0", ecr),
    transferOtherRegion: figure(
      "0.025",
      "default of Entrepot; AWS has a price for each pair of regions",
    ),
    transferInternet: {
      ...figure("0.09", `${ec2}; its free allowance is shared by all services and left out`),
      tiers: [
        { beyond: "10240", amount: "0.085" },
        { beyond: "51200", amount: "0.07" },
        { beyond: "153600", amount: "0.05" },
      ],
    },
    transferPublic: figure("0", "default of Entrepot: who pulls from a public registry pays"),
    keys: figure("1", kms),
    keyRequests: figure("0.03", kms),
    basicScans: figure("0", ecr),
    enhancedScans: figure("0.09", inspector),
    registry: figure("0", ecr),
  },
};
