/** A policy that AWS keeps, under the ARN that it has there, and that no account can change. */
export interface AwsManagedPolicy {
  readonly name: string;
  readonly arn: string;
  readonly path: "/" | "/aws-service-role/";
  readonly description: string;
  /** The only version that is kept here. */
  readonly defaultVersionId: string;
  /** When the policy and when its default version were made, in milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly text: string;
  /** Belongs to a service-linked role, and cannot be attached to anything else. */
  readonly serviceLinked: boolean;
}

interface Facts {
  readonly description: string;
  readonly version?: string;
  readonly created: string;
  readonly updated?: string;
  readonly serviceLinked?: true;
  readonly statements: readonly object[];
}

const readActions = [
  "ecr:GetAuthorizationToken",
  "ecr:BatchCheckLayerAvailability",
  "ecr:GetDownloadUrlForLayer",
  "ecr:GetRepositoryPolicy",
  "ecr:DescribeRepositories",
  "ecr:ListImages",
  "ecr:DescribeImages",
  "ecr:BatchGetImage",
  "ecr:GetLifecyclePolicy",
  "ecr:GetLifecyclePolicyPreview",
  "ecr:ListTagsForResource",
  "ecr:DescribeImageScanFindings",
];
const publicReadActions = [
  "ecr-public:GetAuthorizationToken",
  "sts:GetServiceBearerToken",
  "ecr-public:BatchCheckLayerAvailability",
  "ecr-public:GetRepositoryPolicy",
  "ecr-public:DescribeRepositories",
  "ecr-public:DescribeRegistries",
  "ecr-public:DescribeImages",
  "ecr-public:DescribeImageTags",
  "ecr-public:GetRepositoryCatalogData",
  "ecr-public:GetRegistryCatalogData",
];
const pushActions = ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"];

function allow(action: readonly string[] | string, resource = "*"): object {
  return { Effect: "Allow", Action: action, Resource: resource };
}

const ownAccount = {
  StringEquals: { "aws:ResourceAccount": "${aws:PrincipalAccount}" },
};

const facts: Readonly<Record<string, Facts>> = {
  AdministratorAccess: {
    description: "Provides full access to AWS services and resources.",
    created: "2015-02-06T18:39:46Z",
    statements: [allow("*")],
  },
  PowerUserAccess: {
    description:
      "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
    version: "v12",
    created: "2015-02-06T18:39:47Z",
    updated: "2026-02-12T17:59:14Z",
    statements: [
      {
        Effect: "Allow",
        NotAction: ["iam:*", "organizations:*", "account:*"],
        Resource: "*",
      },
      allow([
        "account:GetAccountInformation",
        "account:GetGovCloudAccountInformation",
        "account:GetPrimaryEmail",
        "account:ListRegions",
        "iam:CreateServiceLinkedRole",
        "iam:DeleteServiceLinkedRole",
        "iam:ListRoles",
        "organizations:DescribeEffectivePolicy",
        "organizations:DescribeOrganization",
      ]),
    ],
  },
  // Differs from AWS: of its more than a thousand actions those of services that are here.
  ReadOnlyAccess: {
    description: "Provides read-only access to AWS services and resources.",
    created: "2015-02-06T18:39:48Z",
    statements: [
      allow([
        "cloudtrail:LookupEvents",
        "ecr-public:BatchCheckLayerAvailability",
        "ecr-public:DescribeImageTags",
        "ecr-public:DescribeImages",
        "ecr-public:DescribeRegistries",
        "ecr-public:DescribeRepositories",
        "ecr-public:GetAuthorizationToken",
        "ecr-public:GetRegistryCatalogData",
        "ecr-public:GetRepositoryCatalogData",
        "ecr-public:GetRepositoryPolicy",
        "ecr-public:ListTagsForResource",
        "ecr:BatchCheck*",
        "ecr:BatchGet*",
        "ecr:Describe*",
        "ecr:Get*",
        "ecr:List*",
        "events:Describe*",
        "events:List*",
        "iam:Generate*",
        "iam:Get*",
        "iam:List*",
        "iam:Simulate*",
        "inspector2:BatchGet*",
        "inspector2:Get*",
        "inspector2:List*",
        "kms:Describe*",
        "kms:Get*",
        "kms:List*",
        "organizations:Describe*",
        "organizations:List*",
        "secretsmanager:Describe*",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:List*",
        "ssm:Describe*",
        "ssm:GetParameter*",
        "sts:GetAccessKeyInfo",
        "sts:GetCallerIdentity",
        "sts:GetSessionToken",
        "tag:Get*",
      ]),
    ],
  },
  IAMFullAccess: {
    description: "Provides full access to IAM via the AWS Management Console.",
    version: "v2",
    created: "2015-02-06T18:40:38Z",
    updated: "2019-06-21T19:40:00Z",
    statements: [
      allow([
        "iam:*",
        "organizations:DescribeAccount",
        "organizations:DescribeOrganization",
        "organizations:DescribeOrganizationalUnit",
        "organizations:DescribePolicy",
        "organizations:ListChildren",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:ListRoots",
        "organizations:ListPolicies",
        "organizations:ListTargetsForPolicy",
      ]),
    ],
  },
  IAMReadOnlyAccess: {
    description: "Provides read only access to IAM via the AWS Management Console.",
    version: "v4",
    created: "2015-02-06T18:40:39Z",
    updated: "2018-01-25T19:11:27Z",
    statements: [
      allow([
        "iam:GenerateCredentialReport",
        "iam:GenerateServiceLastAccessedDetails",
        "iam:Get*",
        "iam:List*",
        "iam:SimulateCustomPolicy",
        "iam:SimulatePrincipalPolicy",
      ]),
    ],
  },
  AmazonEC2ContainerRegistryFullAccess: {
    description: "Provides administrative access to Amazon ECR resources",
    version: "v3",
    created: "2015-12-21T17:06:48Z",
    updated: "2020-12-05T00:04:19Z",
    statements: [
      allow(["ecr:*", "cloudtrail:LookupEvents"]),
      {
        ...allow(["iam:CreateServiceLinkedRole"]),
        Condition: {
          StringEquals: { "iam:AWSServiceName": ["replication.ecr.amazonaws.com"] },
        },
      },
    ],
  },
  AmazonEC2ContainerRegistryPowerUser: {
    description:
      "Provides full access to Amazon EC2 Container Registry repositories, but does not allow repository deletion or policy changes.",
    version: "v3",
    created: "2015-12-21T17:05:33Z",
    updated: "2019-12-10T20:48:08Z",
    statements: [allow([...readActions, ...pushActions.map((name) => `ecr:${name}`)])],
  },
  AmazonEC2ContainerRegistryReadOnly: {
    description: "Provides read-only access to Amazon EC2 Container Registry repositories.",
    version: "v3",
    created: "2015-12-21T17:04:15Z",
    updated: "2019-12-10T20:56:00Z",
    statements: [allow(readActions)],
  },
  AmazonEC2ContainerRegistryPullOnly: {
    description: "Provides access to pull images from Amazon EC2 Container Registry repositories.",
    created: "2024-10-04T16:58:00Z",
    statements: [
      allow([
        "ecr:GetAuthorizationToken",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchImportUpstreamImage",
      ]),
    ],
  },
  AmazonElasticContainerRegistryPublicFullAccess: {
    description: "Provides administrative access to Amazon ECR Public resources",
    created: "2020-12-01T17:25:52Z",
    statements: [allow(["ecr-public:*", "sts:GetServiceBearerToken"])],
  },
  AmazonElasticContainerRegistryPublicPowerUser: {
    description:
      "Provides full access to Amazon ECR Public repositories, but does not allow repository deletion or policy changes.",
    created: "2020-12-01T16:16:54Z",
    statements: [allow([...publicReadActions, ...pushActions.map((name) => `ecr-public:${name}`)])],
  },
  AmazonElasticContainerRegistryPublicReadOnly: {
    description: "Provides read-only access to Amazon ECR Public repositories.",
    created: "2020-12-01T17:27:04Z",
    statements: [allow(publicReadActions)],
  },
  AWSECRPullThroughCache_ServiceRolePolicy: {
    description:
      "Enables access to AWS Services and Resources used or managed by AWS ECR pull through cache",
    version: "v3",
    created: "2021-11-26T21:51:00Z",
    updated: "2025-03-06T21:22:00Z",
    serviceLinked: true,
    statements: [
      {
        Sid: "ECR",
        ...allow([
          "ecr:GetAuthorizationToken",
          "ecr:BatchCheckLayerAvailability",
          ...pushActions.map((name) => `ecr:${name}`),
          "ecr:BatchGetImage",
          "ecr:BatchImportUpstreamImage",
          "ecr:GetDownloadUrlForLayer",
          "ecr:GetImageCopyStatus",
        ]),
        Condition: ownAccount,
      },
      {
        Sid: "SecretsManager",
        ...allow(
          ["secretsmanager:GetSecretValue"],
          "arn:aws:secretsmanager:*:*:secret:ecr-pullthroughcache/*",
        ),
        Condition: ownAccount,
      },
    ],
  },
  ECRReplicationServiceRolePolicy: {
    description: "Enables access to AWS Services and Resources used or managed by ECR Replication",
    created: "2020-12-04T22:11:28Z",
    serviceLinked: true,
    statements: [allow(["ecr:CreateRepository", "ecr:ReplicateImage"])],
  },
  ECRTemplateServiceRolePolicy: {
    description: "Allows actions to be performed when using AWS ECR repository creation templates",
    created: "2024-06-19T23:11:00Z",
    serviceLinked: true,
    statements: [{ Sid: "CreateRepositoryWithTemplate", ...allow(["ecr:CreateRepository"]) }],
  },
};

function managedPolicy([name, policy]: [string, Facts]): AwsManagedPolicy {
  const serviceLinked = policy.serviceLinked ?? false;
  const path = serviceLinked ? "/aws-service-role/" : "/";
  return {
    name,
    arn: `arn:aws:iam::aws:policy${path}${name}`,
    path,
    description: policy.description,
    defaultVersionId: policy.version ?? "v1",
    createdAt: Date.parse(policy.created),
    updatedAt: Date.parse(policy.updated ?? policy.created),
    text: JSON.stringify({ Version: "2012-10-17", Statement: policy.statements }, undefined, 2),
    serviceLinked,
  };
}

/**
 * The managed policies of AWS that are about what is here, by ARN. They exist in every account.
 * Source: AWS Managed Policy Reference Guide.
 */
export const awsManagedPolicies: ReadonlyMap<string, AwsManagedPolicy> = new Map(
  Object.entries(facts)
    .map(managedPolicy)
    .map((policy) => [policy.arn, policy]),
);
