import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { datapoints, findMetric } from "../../registry/usage/published-metrics.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
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
  nextToken,
  period,
  statistic,
  time,
  whole,
  yesOrNo,
} from "./shapes.ts";

const queriesAtMost = 500;
const datapointsAtMost = 100_800;

const query = z.object({
  Id: z
    .string()
    .max(255)
    .regex(/^[a-z][a-zA-Z0-9_]*$/),
  Expression: z.string().max(2048).optional(),
  Label: z.string().max(2048).optional(),
  ReturnData: yesOrNo.optional(),
  Period: period.optional(),
  AccountId: z.string().max(255).optional(),
  MetricStat: z
    .object({
      Metric: z.object({ Namespace: namespace, MetricName: metricName, Dimensions: dimensions }),
      Period: period,
      Stat: statistic,
      Unit: z.string().max(64).optional(),
    })
    .optional(),
});
type Query = z.output<typeof query>;

/**
 * Statistics of several metrics. Expressions are not computed. A page ends with the query that fills
 * `MaxDatapoints`; the next one goes on with the query behind it.
 */
export const getMetricData = operation("cloudwatch:GetMetricData", {
  input: request({
    MetricDataQueries: z.array(query).min(1).max(queriesAtMost),
    StartTime: time,
    EndTime: time,
    NextToken: nextToken,
    ScanBy: z.enum(["TimestampDescending", "TimestampAscending"]).optional(),
    MaxDatapoints: whole(1, datapointsAtMost).optional(),
    LabelOptions: z.object({ Timezone: z.string().max(50).optional() }).optional(),
  } satisfies Members<GetMetricDataInput>),
  resource: metricsResource,
  access: "Read",
  errors: ["Validation", "InvalidParameter"],
  async handle(input, { ports, caller }): Promise<TimedWire<GetMetricDataOutput>> {
    const { MetricDataQueries: queries, MaxDatapoints: room = datapointsAtMost } = input;
    checkQueries(queries);
    const ids = queries.map(({ Id }) => Id);
    const listing = { operation: "GetMetricData", registry: ownRegistry(caller), narrowedBy: ids };
    const start = Number(openPosition(ports, listing, input.NextToken, "NextToken") ?? 0);
    const results: TimedWire<MetricDataResult>[] = [];
    let taken = 0;
    let next = start;
    for (; next < queries.length && taken < room; next++) {
      const result = await resultOf(ports, caller, queries[next]!, input);
      taken += result.Values?.length ?? 0;
      if (queries[next]?.ReturnData !== false) results.push(result);
    }
    const more = next < queries.length;
    return {
      MetricDataResults: results,
      Messages: [],
      ...(more && { NextToken: sealPosition(ports, listing, String(next)) }),
    };
  },
});

/** @throws Validation */
function checkQueries(queries: readonly Query[]): void {
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length) {
    throw invalid("The values for parameter Id in MetricDataQueries are not unique.");
  }
  for (const { Id, Expression, MetricStat, AccountId } of queries) {
    if (Expression !== undefined) {
      throw invalid(
        `Error in expression '${Id}': expressions are not computed here; ask by MetricStat.`,
      );
    }
    if (MetricStat === undefined) throw invalid(`MetricDataQuery '${Id}' has no MetricStat.`);
    if (AccountId !== undefined) throw invalid(`MetricDataQuery '${Id}' names an account.`);
  }
}

async function resultOf(
  ports: Pick<Ports, "metadata" | "clock">,
  caller: Caller,
  { Id, Label, MetricStat }: Query,
  input: {
    readonly StartTime: number;
    readonly EndTime: number;
    readonly ScanBy?: string | undefined;
  },
): Promise<TimedWire<MetricDataResult>> {
  if (MetricStat === undefined) throw invalid(`MetricDataQuery '${Id}' has no MetricStat.`);
  const { Metric, Period, Stat, Unit } = MetricStat;
  const periodMs = Period * 1000;
  const range = periodsOf(input.StartTime, input.EndTime, periodMs);
  const published = findMetric(metricOf(Metric));
  const isMeant = published !== undefined && (Unit === undefined || Unit === published.unit);
  const points = isMeant
    ? await datapoints(ports, ownRegistry(caller), published, periodMs, range)
    : [];
  if (input.ScanBy !== "TimestampAscending") points.reverse();
  return {
    Id,
    Label: Label ?? Metric.MetricName,
    Timestamps: points.map(({ at }) => new WireTime(at)),
    Values: points.map((point) => statisticOf(Stat, point)),
    StatusCode: "Complete",
  };
}
