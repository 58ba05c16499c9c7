import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from "@aws-sdk/client-organizations";
import { targetNotFound } from "../../registry/identity/tag-account.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagsAnswer } from "./answers.ts";
import { nextToken, resourceId } from "./shapes.ts";
import { requireAccount, taggedResource } from "./tagged-resource.ts";

/** The tags of an account. There are never many, so that no page follows. */
export const listTagsForResource = operation("organizations:ListTagsForResource", {
  input: request({
    ResourceId: resourceId,
    NextToken: nextToken,
  } satisfies Members<ListTagsForResourceRequest>),
  resource: ({ ResourceId }, _caller, environment) => taggedResource(ResourceId, environment),
  access: "Read",
  errors: ["TargetNotFound"],
  async handle({ ResourceId }, { ports }): Promise<ListTagsForResourceResponse> {
    const account = await ports.metadata.identity.accounts.find(requireAccount(ResourceId));
    if (account === undefined) throw targetNotFound();
    return { Tags: tagsAnswer(account.tags) };
  },
});
