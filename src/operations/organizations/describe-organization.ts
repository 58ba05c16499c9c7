import type { DescribeOrganizationResponse } from "@aws-sdk/client-organizations";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { accountArn } from "./resource.ts";

/**
 * The organization, for whoever is in it: policies of every account name it in aws:PrincipalOrgID.
 * Source: Organizations API, DescribeOrganization, "can be called from any account".
 */
export const describeOrganization = operation("organizations:DescribeOrganization", {
  input: request({}),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: [],
  async handle(_input, { ports, organization }): Promise<Wire<DescribeOrganizationResponse>> {
    const { id, managementAccount } = organization;
    const management = await ports.metadata.identity.accounts.find(managementAccount);
    return {
      Organization: {
        Id: id,
        Arn: `arn:aws:organizations::${managementAccount}:organization/${id}`,
        FeatureSet: "ALL",
        MasterAccountArn: accountArn(organization, managementAccount),
        MasterAccountId: managementAccount,
        MasterAccountEmail: management?.email,
        // There are no service control policies here.
        AvailablePolicyTypes: [],
      },
    };
  },
});
