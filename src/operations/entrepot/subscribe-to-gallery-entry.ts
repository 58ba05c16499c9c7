import { registryOf } from "../../registry/identity/principal.ts";
import { subscribe } from "../../registry/private-gallery/subscriptions.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { entryResource } from "./gallery-entry-resource.ts";
import { type SubscriptionAnswer, subscriptionAnswer } from "./subscription-answer.ts";

/**
 * Has the caller's account told of approvals, deprecations and new critical findings of an entry: by
 * events on its bus, which its rules bring to targets.
 */
export const subscribeToGalleryEntry = operation("entrepot:SubscribeToGalleryEntry", {
  input: request({ registryId, repositoryName }),
  resource: entryResource,
  access: "Write",
  errors: ["InvalidParameter", "LimitExceeded", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<{ subscription: SubscriptionAnswer }> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const subscription = await subscribe(ports, registry, name, caller.principal);
    return { subscription: subscriptionAnswer(subscription, name) };
  },
});
