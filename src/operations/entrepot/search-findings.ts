import { registryOf } from "../../registry/identity/principal.ts";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import type { OrderedPosition } from "../../registry/inspector/top-findings.ts";
import { urgentFindings } from "../../registry/inspector/urgent-findings.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { findingAnswer } from "../inspector2/finding-answer.ts";
import { openPlace, sealPlace } from "../inspector2/page.ts";
import { filterCriteria, maxResults, nextToken } from "../inspector2/shapes.ts";
import { operation } from "../operation.ts";

type Finding = ReturnType<typeof findingAnswer> & {
  /** From 0 to 100. */
  readonly priority: number;
  /** What the priority is made of, the most first; points add up to it. */
  readonly explanation: readonly { factor: string; points: number; reason: string }[];
};

interface Answer {
  readonly findings: readonly Finding[];
  readonly nextToken?: string;
}

/**
 * Findings of all repositories of the registry by how soon they should be seen to, which no order of
 * Inspector's is. Criteria and findings are those of Inspector's ListFindings; it is for who may list these.
 */
export const searchFindings = operation("entrepot:SearchFindings", {
  action: "inspector2:ListFindings",
  input: request({ maxResults, nextToken, filterCriteria: filterCriteria.optional() }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { filterCriteria: criteria = {} } = input;
    const registry = registryOf(caller);
    const narrowedBy = [JSON.stringify(criteria)];
    const listing = { operation: "SearchFindings", registry, narrowedBy };
    const { findings, next } = await urgentFindings(ports, registry, criteria, {
      after: openPlace<OrderedPosition>(ports, listing, input.nextToken),
      size: input.maxResults ?? inspectorLimits.pageItems,
    });
    const token = sealPlace(ports, listing, next);
    return {
      findings: findings.map(({ priority, ...found }) => ({
        ...findingAnswer(found),
        priority: priority.number,
        explanation: priority.parts.map((part) => ({ ...part })),
      })),
      ...(token !== undefined && { nextToken: token }),
    };
  },
});
