import type {
  Datapoint,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { datapoints, findMetric } from "../../registry/usage/published-metrics.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { type TimedWire, WireTime } from "../wire-time.ts";
import {
  invalid,
  metricOf,
  metricsResource,
  ownRegistry,
  periodsOf,
  statisticOf,
} from "./answers.ts";
import {
  dimensions,
  metricName,
  namespace,
  period,
  statistic,
  statistics,
  time,
} from "./shapes.ts";

/** Statistics of one metric. One that is not published has no datapoints, as in CloudWatch. */
export const getMetricStatistics = operation("cloudwatch:GetMetricStatistics", {
  input: request({
    Namespace: namespace,
    MetricName: metricName,
    Dimensions: dimensions,
    StartTime: time,
    EndTime: time,
    Period: period,
    Statistics: z.array(statistic).min(1).max(statistics.length).optional(),
    ExtendedStatistics: z.array(z.string()).max(10).optional(),
    Unit: z.string().max(64).optional(),
  } satisfies Members<GetMetricStatisticsInput>),
  resource: metricsResource,
  access: "Read",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<TimedWire<GetMetricStatisticsOutput>> {
    if (input.ExtendedStatistics !== undefined) throw invalid("Percentiles are not kept here.");
    const wanted = input.Statistics;
    if (wanted === undefined)
      throw invalid("Must specify either Statistics or ExtendedStatistics.");
    const periodMs = input.Period * 1000;
    const range = periodsOf(input.StartTime, input.EndTime, periodMs);
    const published = findMetric(metricOf(input));
    const isMeant = input.Unit === undefined || input.Unit === published?.unit;
    if (published === undefined || !isMeant) return { Label: input.MetricName, Datapoints: [] };
    const points = await datapoints(ports, ownRegistry(caller), published, periodMs, range);
    return {
      Label: input.MetricName,
      Datapoints: points.map((point): TimedWire<Datapoint> => {
        const values = wanted.map((name) => [name, statisticOf(name, point)] as const);
        return {
          Timestamp: new WireTime(point.at),
          ...Object.fromEntries(values),
          Unit: published.unit,
        };
      }),
    };
  },
});
