import type { SimulateCustomPolicyRequest, SimulatePolicyResponse } from "@aws-sdk/client-iam";
import { RegistryError } from "../../registry/errors.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { request } from "./shapes.ts";
import {
  callerByArn,
  checkSimulation,
  nobodyOf,
  resourceOwner,
  simulatedContext,
} from "./simulated-caller.ts";
import {
  identityPolicy,
  inputBoundary,
  inputPolicies,
  resourcePolicy,
} from "./simulated-policies.ts";
import { simulationPage } from "./simulation.ts";
import { organizationPolicies, policyInputList, simulationMembers } from "./simulation-shapes.ts";

/** What policies of a request would allow, that nobody need have. */
export const simulateCustomPolicy = operation("iam:SimulateCustomPolicy", {
  input: request({
    PolicyInputList: policyInputList,
    OrderedOrganizationPolicyInputList: organizationPolicies.default([]),
    ...simulationMembers,
  } satisfies Members<SimulateCustomPolicyRequest>),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: ["InvalidInput"],
  async handle(input, { caller, ...environment }): Promise<QueryWire<SimulatePolicyResponse>> {
    checkSimulation(input);
    const { account } = caller.principal;
    const { CallerArn, ResourcePolicy } = input;
    if (CallerArn === undefined && ResourcePolicy !== undefined) {
      throw new RegistryError(
        "InvalidInput",
        "CallerArn must be specified together with ResourcePolicy.",
      );
    }
    const asking =
      CallerArn === undefined
        ? nobodyOf(account)
        : await callerByArn(environment, account, CallerArn);
    const boundary = inputBoundary(input.PermissionsBoundaryPolicyInputList);
    return simulationPage(
      environment.ports,
      { operation: "SimulateCustomPolicy", account },
      input,
      {
        principal: asking.principal,
        policies: {
          identity: inputPolicies("PolicyInputList", input.PolicyInputList).map(identityPolicy),
          boundary: boundary && identityPolicy(boundary),
          resource: ResourcePolicy === undefined ? [] : [resourcePolicy(ResourcePolicy)],
        },
        context: simulatedContext(input.ContextEntries, asking.conditions),
        owner: resourceOwner(input, asking),
        organization: input.OrderedOrganizationPolicyInputList.map(
          ({ ServiceControlPolicyInputList: documents }) =>
            inputPolicies("ServiceControlPolicyInputList", documents).map(identityPolicy),
        ),
      },
    );
  },
});
