import type { PriceFigure, PriceTable } from "./price-table.ts";

const acr = "Azure Container Registry, pricing and service tiers: per day, times 30";
const acrDate = "2026-06-19";
const github = "GitHub Packages, billing: the container registry is free for now";
const gar = "Artifact Registry pricing";

function figure(amount: string, source: string, date: string, free?: string): PriceFigure {
  return { amount, source, date, ...(free === undefined ? {} : { free }) };
}

/**
 * What others charge, as far as it is known and is charged in these units. What is absent is not known.
 * Docker Hub charges by seats, which no usage tells, and is not among them.
 */
export const comparisonPrices: readonly PriceTable[] = [
  {
    ...{ name: "Azure Container Registry, Basic", currency: "USD", gigabyteBytes: 2 ** 30 },
    figures: {
      registry: figure("5.01", acr, acrDate),
      storage: figure("0.09", acr, acrDate, "10"),
      requests: figure("0", acr, acrDate),
      transferRegion: figure("0", acr, acrDate),
    },
  },
  {
    ...{ name: "GitHub Container Registry", currency: "USD", gigabyteBytes: 2 ** 30 },
    figures: {
      registry: figure("0", github, "2025-12-31"),
      storage: figure("0", github, "2025-12-31"),
      requests: figure("0", github, "2025-12-31"),
      transferRegion: figure("0", github, "2025-12-31"),
      transferOtherRegion: figure("0", github, "2025-12-31"),
      transferInternet: figure("0", github, "2025-12-31"),
    },
  },
  {
    ...{ name: "Google Artifact Registry", currency: "USD", gigabyteBytes: 2 ** 30 },
    figures: {
      registry: figure("0", gar, "2025-12-31"),
      storage: figure("0.10", gar, "2025-12-31", "0.5"),
      requests: figure("0", gar, "2025-12-31"),
      transferRegion: figure("0", gar, "2025-12-31"),
    },
  },
];
