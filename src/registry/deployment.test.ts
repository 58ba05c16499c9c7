import { expect, it } from "vitest";
import { deployment } from "../../test/support/ecr.ts";
import { registryOfHost } from "./deployment.ts";

const own = { account: "000000000000", region: "us-east-1" };
const other = { account: "111111111111", region: "eu-west-1" };

it.each([
  ["localhost:5050", own],
  ["127.0.0.1:5050", own],
  ["111111111111.dkr.ecr.eu-west-1.localhost", other],
  ["111111111111.dkr.ecr.eu-west-1.localhost:5050", other],
  ["111111111111.DKR.ECR.eu-west-1.LocalHost", other],
  ["111111111111.dkr.ecr.eu-west-1.localhost.", other],
  ["111111111111.dkr.ecr.eu-west-1.localhost.:5050", other],
  ["111111111111.dkr.ecr.eu-west-1.elsewhere", own],
  ["111111111111.dkr.ecr.sa-east-1.localhost", undefined],
])("%s selects its registry", (host, registry) => {
  expect(registryOfHost(deployment, host)).toEqual(registry);
});
