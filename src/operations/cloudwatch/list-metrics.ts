import type { ListMetricsInput, ListMetricsOutput, Metric } from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import type { RepositoryName } from "../../registry/names.ts";
import {
  type MetricName,
  type PublishedMetric,
  registryMetrics,
  repositoryMetrics,
} from "../../registry/usage/published-metrics.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import type { TimedWire } from "../wire-time.ts";
import { metricsResource, ownRegistry } from "./answers.ts";
import { dimensionFilters, metricName, namespace, nextToken, yesOrNo } from "./shapes.ts";

/** Each has five metrics: so a page has about as many as one of CloudWatch's. */
const repositoriesPerPage = 100;

/**
 * The metrics that there are: of the registry first, then of each repository by its name. Deleted
 * repositories are not listed; their history can be asked for.
 */
export const listMetrics = operation("cloudwatch:ListMetrics", {
  input: request({
    Namespace: namespace.optional(),
    MetricName: metricName.optional(),
    Dimensions: dimensionFilters,
    NextToken: nextToken,
    RecentlyActive: z.enum(["PT3H"]).optional(),
    IncludeLinkedAccounts: yesOrNo.optional(),
    OwningAccount: z.string().max(255).optional(),
  } satisfies Members<ListMetricsInput>),
  resource: metricsResource,
  access: "List",
  errors: ["Validation", "InvalidParameter"],
  async handle(input, { ports, caller }): Promise<TimedWire<ListMetricsOutput>> {
    const registry = ownRegistry(caller);
    // No other account's are to be seen from here.
    if ((input.OwningAccount ?? registry.account) !== registry.account) return { Metrics: [] };
    const isMeant = filterOf(input);
    const narrowedBy = [JSON.stringify([input.Namespace, input.MetricName, input.Dimensions])];
    const listing = { operation: "ListMetrics", registry, narrowedBy };
    const position = openPosition(ports, listing, input.NextToken, "NextToken");
    const after = position as RepositoryName | undefined;
    const page = { after, limit: repositoriesPerPage + 1 };
    const found = await ports.metadata.repositories.list(registry, page);
    const repositories = found.slice(0, repositoriesPerPage);
    const published = [
      ...(after === undefined ? registryMetrics : []),
      ...repositories.flatMap(({ name }) => repositoryMetrics(name)),
    ];
    const Metrics = published.filter(({ metric }) => isMeant(metric)).map(answer);
    const last = repositories.at(-1);
    if (found.length <= repositoriesPerPage || last === undefined) return { Metrics };
    return { Metrics, NextToken: sealPosition(ports, listing, last.name) };
  },
});

interface Filter {
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?:
    | readonly { readonly Name: string; readonly Value?: string | undefined }[]
    | undefined;
}

function filterOf({ Namespace, MetricName, Dimensions = [] }: Filter) {
  return ({ namespace, name, dimensions }: MetricName): boolean =>
    (Namespace === undefined || Namespace === namespace) &&
    (MetricName === undefined || MetricName === name) &&
    Dimensions.every(({ Name, Value }) =>
      dimensions.some((each) => each.name === Name && (Value ?? each.value) === each.value),
    );
}

function answer({ metric }: PublishedMetric): Metric {
  return {
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
  };
}
