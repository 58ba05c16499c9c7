import { storeName } from "../../registry/claim-store.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/**
 * What who copies a store must know of the server that has it open: which store that is, and whether it
 * takes writes.
 */
export const describeDeployment = operation("entrepot:DescribeDeployment", {
  input: request({}),
  resource: (_input, _caller, { deployment: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, deployment }): Promise<{ storeName?: string; readOnly: boolean }> {
    const name = await storeName(ports.metadata, deployment.account);
    return {
      ...(name === undefined ? {} : { storeName: name }),
      readOnly: deployment.readOnly === true,
    };
  },
});
