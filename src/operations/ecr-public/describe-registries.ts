import type {
  DescribeRegistriesRequest,
  DescribeRegistriesResponse,
  Registry as PublicRegistry,
} from "@aws-sdk/client-ecr-public";
import { publicAddress } from "../../registry/deployment.ts";
import { publicRegistryArn } from "../../registry/public/public-registry.ts";
import { describeRegistry, primaryOf } from "../../registry/public/registries.ts";
import { type Members, maxResults, nextToken, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition } from "../page-token.ts";
import { inOwnRegistry, meantRegistry } from "./resource.ts";

/** The one public registry of the caller's account, with its aliases. */
export const describeRegistries = operation("ecr-public:DescribeRegistries", {
  input: request({ nextToken, maxResults } satisfies Members<DescribeRegistriesRequest>),
  resource: inOwnRegistry("DescribeRegistries"),
  access: "List",
  errors: ["InvalidParameter", "UnsupportedCommand"],
  async handle(input, context): Promise<Wire<DescribeRegistriesResponse>> {
    const { ports, deployment, caller } = context;
    const { account, region } = meantRegistry("DescribeRegistries", caller, context);
    // There is one page, so that no token leads anywhere.
    openPosition(
      ports,
      { operation: "ecr-public:DescribeRegistries", registry: { account, region } },
      input.nextToken,
    );
    const { registry, aliases } = await describeRegistry(ports, account);
    const primary = primaryOf(aliases)?.name;
    const answer: Wire<PublicRegistry> = {
      registryId: account,
      registryArn: publicRegistryArn(account),
      registryUri: primary === undefined ? "" : `${publicAddress(deployment)}/${primary}`,
      verified: registry?.verifiedAt !== undefined,
      aliases: aliases.map(({ name, status, isPrimary, isDefault }) => ({
        ...{ name, status },
        primaryRegistryAlias: isPrimary,
        defaultRegistryAlias: isDefault,
      })),
    };
    return { registries: [answer] };
  },
});
