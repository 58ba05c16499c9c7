import type { MasterKeyFacts } from "../../ports/key-service.ts";
import { storeName } from "../../registry/claim-store.ts";
import { type ReceiverHealth, receiverHealth } from "../../registry/trails/receiver-health.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface DeploymentFacts {
  readonly storeName?: string;
  readonly readOnly: boolean;
  readonly masterKey: MasterKeyFacts;
  /** Who is told audit records. */
  readonly auditReceivers: readonly ReceiverHealth[];
}

/**
 * What who copies or examines a store must know of the server that has it open: which store that is,
 * whether it takes writes, where its master key comes from, and how those fare whom it tells audit records.
 */
export const describeDeployment = operation("entrepot:DescribeDeployment", {
  input: request({}),
  resource: (_input, _caller, { deployment: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, deployment }): Promise<DeploymentFacts> {
    const name = await storeName(ports.metadata, deployment.account);
    return {
      ...(name === undefined ? {} : { storeName: name }),
      readOnly: deployment.readOnly === true,
      masterKey: ports.keys.masterKey,
      auditReceivers: await receiverHealth(ports),
    };
  },
});
