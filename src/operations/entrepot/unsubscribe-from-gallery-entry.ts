import { registryOf } from "../../registry/identity/principal.ts";
import { unsubscribe } from "../../registry/private-gallery/subscriptions.ts";
import { registryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** Ends a subscription of the caller's account, also to an entry that shows itself no more. */
export const unsubscribeFromGalleryEntry = operation("entrepot:UnsubscribeFromGalleryEntry", {
  input: request({ registryId, repositoryName }),
  resource: (_input, caller) => registryResource({}, caller),
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<object> {
    const registry = registryOf(caller, input.registryId);
    await unsubscribe(ports, registry, input.repositoryName, caller.principal.account);
    return {};
  },
});
