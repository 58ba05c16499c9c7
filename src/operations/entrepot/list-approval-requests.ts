import { z } from "zod";
import { type ApprovalRequest, requestStates } from "../../registry/approvals/approval.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { RepositoryName } from "../../registry/names.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { isHiddenName } from "../../registry/trash/trash.ts";
import { registryResource, repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type ApprovalRequestAnswer, approvalRequestAnswer } from "./approval-request-answer.ts";

const action = "entrepot:ListApprovalRequests";

/**
 * Requests for approval in the caller's registry, by default those that wait; the oldest first. Of the
 * repositories of which the caller may ask by name.
 */
export const listApprovalRequests = operation(action, {
  input: request({
    repositoryName: repositoryName.optional(),
    state: z.enum(requestStates).default("PENDING"),
    ...{ maxResults, nextToken },
  }),
  resource: ({ repositoryName: name }, caller) =>
    name === undefined
      ? registryResource(undefined, caller)
      : repositoryResource({ repositoryName: name }, caller),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(
    { repositoryName: name, state, ...input },
    { ports, caller },
  ): Promise<{ requests: ApprovalRequestAnswer[]; nextToken?: string }> {
    const registry = registryOf(caller);
    const listing = { operation: "ListApprovalRequests", registry, narrowedBy: [name, state] };
    const repository = name && (await findRepository(ports, registry, name));
    const { approvals, repositories } = ports.metadata;
    const page = await readPage<ApprovalRequest, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (wanted) =>
        repository === undefined
          ? approvals.requests(registry, state, wanted)
          : approvals.requestsIn(repository, state, wanted),
      key: ({ id }) => id,
    });
    const names = new Map<string, RepositoryName | undefined>();
    const sight = new RepositorySight(ports, caller);
    const isSeen = (of: RepositoryName) =>
      repository !== undefined || sight.may(action, { registry, name: of });
    const requests: ApprovalRequestAnswer[] = [];
    for (const each of page.items) {
      const { id } = each.repository;
      if (!names.has(id)) names.set(id, (await repositories.findById({ registry, id }))?.name);
      const of = names.get(id);
      if (of === undefined || isHiddenName(of) || !(await isSeen(of))) continue;
      requests.push(approvalRequestAnswer(of, each, ports.clock.now()));
    }
    if (!page.more || page.last === undefined) return { requests };
    return { requests, nextToken: sealPosition(ports, listing, page.last) };
  },
});
