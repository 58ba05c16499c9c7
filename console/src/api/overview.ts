/** The registry at a glance. */
import type { getOverview as operation } from "../../../src/operations/entrepot/get-overview.ts";
import { type AnswerOf, ask } from "./own.ts";
import type { UsageHistory } from "./usage.ts";

const dayS = 86_400;

export type Overview = AnswerOf<typeof operation>;

export function getOverview(signal: AbortSignal): Promise<Overview> {
  return ask("GetOverview", {}, signal);
}

/** Of days on which somebody looked: how many images there were of each kind. */
export interface Trend {
  readonly days: readonly { readonly timestamp: number; readonly counts: Counts }[];
}
export type Counts = Readonly<Record<string, number>>;

export function trendOf(
  { days }: Pick<Overview, "days">,
  kind: "worstSeverityCounts" | "imageAgeCounts",
): Trend {
  return {
    days: days.flatMap(({ timestamp, [kind]: counts }) =>
      counts === undefined ? [] : [{ timestamp, counts }],
    ),
  };
}

/** The days as series, as plots take them. */
export function historyOf({ days }: Overview): UsageHistory {
  const names = { pulls: "pulls", pushes: "pushes", sizeInBytes: "sizeBytes" } as const;
  const series = Object.entries({ ...names, storedSizeInBytes: "storedBytes" }).map(
    ([from, to]) =>
      [to, days.map((day) => ({ timestamp: day.timestamp, value: day[from as "pulls"] }))] as const,
  );
  const last = days.at(-1)?.timestamp ?? 0;
  return {
    ...{ startTime: days[0]?.timestamp ?? 0, endTime: last + dayS, series: new Map(series) },
  };
}
