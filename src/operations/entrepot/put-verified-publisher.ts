import { verifyPublisher } from "../../registry/public/registries.ts";
import { accountId, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";
import { type PublisherAnswer, publisherAnswer } from "./publisher-answer.ts";

/** Vouches for who an account is: its name, its logos and a badge are shown. For the operator. */
export const putVerifiedPublisher = operation("entrepot:PutVerifiedPublisher", {
  input: request({ registryId: accountId }),
  resource: organizationResource,
  access: "Write",
  errors: ["InvalidParameter", "RegistryNotFound"],
  async handle({ registryId }, { ports }): Promise<{ publisher: PublisherAnswer }> {
    return { publisher: publisherAnswer(await verifyPublisher(ports, registryId, true)) };
  },
});
