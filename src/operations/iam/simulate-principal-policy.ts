import type { SimulatePolicyResponse, SimulatePrincipalPolicyRequest } from "@aws-sdk/client-iam";
import { boundaryPolicy, grantedPolicies } from "../../registry/identity/granted-policies.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Members } from "../members.ts";
import { type Environment, operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { exclusionFilter, policyExclusionList } from "./policy-exclusions.ts";
import { arn, request } from "./shapes.ts";
import {
  callerByArn,
  checkSimulation,
  policySource,
  resourceOwner,
  type SimulatedCaller,
  simulatedContext,
} from "./simulated-caller.ts";
import {
  grantedPolicy,
  identityPolicy,
  inputBoundary,
  inputPolicies,
  resourcePolicy,
} from "./simulated-policies.ts";
import { simulatedPrincipalResource } from "./simulated-principal-resource.ts";
import { type SimulationInput, simulationPage } from "./simulation.ts";
import { policyInputList, simulationMembers } from "./simulation-shapes.ts";

/**
 * What a user, group or role would be allowed, by the policies that it has and those of the request. A
 * boundary of the request takes the place of its own.
 */
export const simulatePrincipalPolicy = operation("iam:SimulatePrincipalPolicy", {
  input: request({
    PolicySourceArn: arn,
    PolicyInputList: policyInputList.default([]),
    PolicyExclusionList: policyExclusionList.default([]),
    ...simulationMembers,
  } satisfies Members<SimulatePrincipalPolicyRequest>),
  resource: simulatedPrincipalResource,
  access: "Read",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { caller, ...environment }): Promise<QueryWire<SimulatePolicyResponse>> {
    checkSimulation(input);
    const { account } = caller.principal;
    const { PolicySourceArn, PolicyInputList, ResourcePolicy } = input;
    const source = await policySource(environment, account, PolicySourceArn);
    const asking = await askingOf(environment, account, input);
    const isMeant = exclusionFilter(input.PolicyExclusionList);
    const granted = (await grantedPolicies(environment.ports, source)).filter((each) =>
      isMeant(each),
    );
    const added = inputPolicies("PolicyInputList", PolicyInputList);
    const own = await boundaryPolicy(environment.ports, source);
    const boundary =
      inputBoundary(input.PermissionsBoundaryPolicyInputList) ??
      (own !== undefined && isMeant(own, true) ? grantedPolicy(own) : undefined);
    return simulationPage(
      environment.ports,
      { operation: "SimulatePrincipalPolicy", account },
      input,
      {
        principal: asking.principal,
        policies: {
          identity: [...granted.map(grantedPolicy), ...added].map(identityPolicy),
          boundary: boundary && identityPolicy(boundary),
          resource: ResourcePolicy === undefined ? [] : [resourcePolicy(ResourcePolicy)],
        },
        context: simulatedContext(input.ContextEntries, asking.conditions),
        owner: resourceOwner(input, asking),
      },
    );
  },
});

/** The caller of the request, else whose policies they are. */
function askingOf(
  environment: Environment,
  account: AccountId,
  { PolicySourceArn, CallerArn = PolicySourceArn }: { PolicySourceArn: string } & SimulationInput,
): Promise<SimulatedCaller> {
  return callerByArn(environment, account, CallerArn);
}
