import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { lifecycleRules } from "../../registry/lifecycle/lifecycle-rules.ts";
import {
  type PolicyExecutionEvent,
  policyExecutionEvents,
} from "../../registry/lifecycle/policy-execution-event.ts";
import type {
  LifecycleBlock,
  LifecycleRunImage,
} from "../../registry/lifecycle/stored-lifecycle.ts";
import { limits } from "../../registry/limits.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type LifecycleRunAnswer, lifecycleRunAnswer } from "./lifecycle-run-answer.ts";
import { type WireAction, wireAction } from "./lifecycle-words.ts";

export interface LifecycleRunImageAnswer {
  readonly imageDigest: string;
  /** Of UNTAG those that were taken; of other actions those that it had, 100 at most. */
  readonly imageTags: readonly string[];
  readonly imagePushedAt: number;
  readonly imageSizeInBytes: number;
  readonly rulePriority: number;
  readonly action: WireAction;
  /** Why it stayed: not all that stayed are named. */
  readonly failureCode?: LifecycleBlock;
  readonly failureReason?: string;
}

interface Run extends LifecycleRunAnswer {
  readonly registryId: string;
  readonly lifecyclePolicyText?: string;
  readonly extensionText?: string;
  readonly images: readonly LifecycleRunImageAnswer[];
  /** The page's images as ECR writes them into an audit trail. */
  readonly policyExecutionEvents: readonly PolicyExecutionEvent[];
  readonly nextToken?: string;
}

/** One run: the rules as they were, and what was done to which image. */
export const getLifecycleRun = operation("entrepot:GetLifecycleRun", {
  input: request({
    registryId,
    repositoryName,
    runId: z.string().regex(/^\d{1,15}-[0-9a-f-]{36}$/),
    nextToken,
    maxResults,
  }),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<Run> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, runId } = input;
    const repository = await findRepository(ports, registry, name);
    const run = await ports.metadata.lifecycle.run(repository, runId);
    if (run === undefined) {
      const sentence = `There is no run '${runId}' of the lifecycle policy of the repository with name '${name}'`;
      throw new RegistryError("ResourceNotFound", sentence);
    }
    const listing = { operation: "GetLifecycleRun", registry, narrowedBy: [name, runId] };
    const start = openPosition(ports, listing, input.nextToken);
    const page = await readPage<LifecycleRunImage & { readonly position: number }, number>({
      after: start === undefined ? undefined : Number(start),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.lifecycle.runImages(repository, runId, part),
      key: ({ position }) => position,
      weigh: ({ tags }) => tags.length,
      weightLimit: limits.pageTags,
      atOnce: limits.heavyRowsAtOnce,
    });
    const { policy, extension } = run;
    const rules = lifecycleRules(run, ports.tagPatterns);
    return {
      ...{ registryId: registry.account, ...lifecycleRunAnswer(run) },
      ...(policy === undefined ? {} : { lifecyclePolicyText: policy }),
      ...(extension === undefined ? {} : { extensionText: extension }),
      images: page.items.map(imageAnswerOf),
      policyExecutionEvents: policyExecutionEvents(run, rules, page.items),
      ...(page.more ? { nextToken: sealPosition(ports, listing, String(page.last)) } : {}),
    };
  },
});

function imageAnswerOf(image: LifecycleRunImage): LifecycleRunImageAnswer {
  const { failure } = image;
  return {
    imageDigest: image.digest,
    imageTags: image.tags,
    imagePushedAt: epochSeconds(image.pushedAt),
    imageSizeInBytes: image.sizeBytes,
    rulePriority: image.rulePriority,
    action: wireAction(image.action),
    ...(failure === undefined ? {} : { failureCode: failure.code, failureReason: failure.reason }),
  };
}
