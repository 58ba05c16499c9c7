import { describe, expect, it } from "vitest";
import { policyDocument } from "../../../test/policy/attach-policy.ts";
import { compilePolicy } from "./compile-policy.ts";
import { awsManagedPolicies } from "./managed-policies.ts";

function allows(name: string, action: string): boolean {
  const policy = awsManagedPolicies.get(`arn:aws:iam::aws:policy/${name}`)!;
  return compilePolicy(policyDocument(policy.text, "managed")).statementsFor(action).length > 0;
}

describe("AWS's managed policies", () => {
  it.each([...awsManagedPolicies.values()])("$name is a policy, under its own ARN", (policy) => {
    expect(policyDocument(policy.text, "managed").statements.length).toBeGreaterThan(0);
    expect(policy.arn).toBe(`arn:aws:iam::aws:policy${policy.path}${policy.name}`);
    expect(policy.serviceLinked).toBe(policy.path === "/aws-service-role/");
    expect(policy.updatedAt).toBeGreaterThanOrEqual(policy.createdAt);
    expect(policy.createdAt).toBeGreaterThan(Date.parse("2015-01-01"));
  });

  it("let pull, push and administer by name", () => {
    expect(allows("AmazonEC2ContainerRegistryPullOnly", "ecr:BatchGetImage")).toBe(true);
    expect(allows("AmazonEC2ContainerRegistryPullOnly", "ecr:DescribeImages")).toBe(false);
    expect(allows("AmazonEC2ContainerRegistryReadOnly", "ecr:PutImage")).toBe(false);
    expect(allows("AmazonEC2ContainerRegistryPowerUser", "ecr:PutImage")).toBe(true);
    expect(allows("AmazonEC2ContainerRegistryPowerUser", "ecr:DeleteRepository")).toBe(false);
    expect(allows("AmazonEC2ContainerRegistryFullAccess", "ecr:DeleteRepository")).toBe(true);
    expect(allows("AmazonElasticContainerRegistryPublicPowerUser", "ecr-public:PutImage")).toBe(
      true,
    );
    expect(allows("PowerUserAccess", "ecr:PutImage")).toBe(true);
    expect(allows("PowerUserAccess", "iam:CreateUser")).toBe(false);
    expect(allows("ReadOnlyAccess", "ecr:DescribeImages")).toBe(true);
    expect(allows("ReadOnlyAccess", "ecr:BatchDeleteImage")).toBe(false);
    expect(allows("ReadOnlyAccess", "secretsmanager:GetSecretValue")).toBe(false);
    expect(allows("IAMReadOnlyAccess", "iam:CreateUser")).toBe(false);
    expect(allows("AdministratorAccess", "iam:CreateUser")).toBe(true);
  });
});
