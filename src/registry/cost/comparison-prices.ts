import type { PriceFigure, PriceTable } from "./price-table.ts";

const acr = "Microsoft Learn, Container Registry service tiers, a copy: per day, times 30";
const gar = "cloud.google.com/artifact-registry/pricing, a copy";
const date = "2026-11-28";

function figure(amount: string, source: string, free?: string): PriceFigure {
  return { amount, source, date, ...(free === undefined ? {} : { free }) };
}

/**
 * What others charge, as far as it is known for sure and is charged in these units. What is absent is
 * not known. Docker Hub charges by seats, which no usage tells, and GitHub does not say clearly what it
 * charges for images: they are not among them.
 */
export const comparisonPrices: readonly PriceTable[] = [
  {
    ...{ name: "Azure Container Registry, Basic", currency: "USD", gigabyteBytes: 2 ** 30 },
    figures: {
      registry: figure("5.01", acr),
      storage: figure("0.09", acr, "10"),
      requests: figure("0", acr),
    },
  },
  {
    ...{ name: "Google Artifact Registry", currency: "USD", gigabyteBytes: 2 ** 30 },
    figures: {
      registry: figure("0", gar),
      storage: figure("0.10", gar, "0.5"),
      requests: figure("0", gar),
      transferRegion: figure("0", gar),
    },
  },
];
