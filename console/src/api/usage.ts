import { call } from "./call.ts";

export interface Series {
  readonly metricName: string;
  readonly points: readonly { readonly timestamp: number; readonly value: number }[];
}

export interface UsageHistory {
  readonly startTime: number;
  readonly endTime: number;
  readonly series: ReadonlyMap<string, Series["points"]>;
}

/** By day; of a repository, or of the registry as a whole. */
export async function usageHistory(
  days: number,
  signal: AbortSignal,
  repositoryName?: string,
): Promise<UsageHistory> {
  const endTime = Math.ceil(Date.now() / 1000 / 86_400) * 86_400;
  const startTime = endTime - days * 86_400;
  interface Answer {
    readonly histories: readonly { readonly metrics: readonly Series[] }[];
  }
  const input = { period: "day", startTime, endTime, ...(repositoryName && { repositoryName }) };
  const { histories } = await call<Answer>("entrepot", "GetUsageHistory", input, signal);
  const metrics = histories.at(-1)?.metrics ?? [];
  const series = new Map(metrics.map(({ metricName, points }) => [metricName, points]));
  return { startTime, endTime, series };
}

export function latest(history: UsageHistory | undefined, metricName: string): number | undefined {
  return history?.series.get(metricName)?.at(-1)?.value;
}
