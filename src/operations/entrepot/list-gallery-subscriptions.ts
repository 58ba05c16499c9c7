import type { SubscriptionPosition } from "../../ports/private-gallery-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { GallerySubscription } from "../../registry/private-gallery/subscription.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type SubscriptionAnswer, subscriptionAnswer } from "./subscription-answer.ts";

interface Answer {
  readonly subscriptions: readonly SubscriptionAnswer[];
  readonly nextToken?: string;
}

/** What the caller's account subscribed to in the region, whose ever it is; none while it is in the trash. */
export const listGallerySubscriptions = operation("entrepot:ListGallerySubscriptions", {
  input: request({ maxResults, nextToken }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller);
    const listing = { operation: "ListGallerySubscriptions", registry, narrowedBy: [] };
    const start = openPosition(ports, listing, input.nextToken);
    const { privateGallery } = ports.metadata;
    const { items, more, last } = await readPage<GallerySubscription, SubscriptionPosition>({
      after: start === undefined ? undefined : (JSON.parse(start) as SubscriptionPosition),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (page) => privateGallery.subscriptionsOf(registry, page),
      key: ({ repository }) => ({
        ...{ account: repository.registry.account, repositoryId: repository.id },
      }),
    });
    const subscriptions: SubscriptionAnswer[] = [];
    for (const each of items) {
      const entry = await privateGallery.entry(each.repository);
      const found = entry && (await ports.metadata.repositories.findById(each.repository));
      if (found?.name === entry?.name && entry !== undefined) {
        subscriptions.push(subscriptionAnswer(each, entry.name));
      }
    }
    if (!more || last === undefined) return { subscriptions };
    return { subscriptions, nextToken: sealPosition(ports, listing, JSON.stringify(last)) };
  },
});
