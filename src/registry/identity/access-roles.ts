import { createHash } from "node:crypto";
import type { AccountId } from "../names.ts";

/** For people who write no policies. */
export const accessRoles = [
  ...(["Viewer", "Developer", "Maintainer", "Reviewer", "Administrator"] as const),
] as const;
export type AccessRole = (typeof accessRoles)[number];

/** Where policies of roles are, among the account's own. */
export const accessRolePath = "/entrepot/";

/** What a role may do in repositories; nobody decides about their own images, whatever is granted. */
const viewing = [
  ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  ...["ecr:DescribeImages", "ecr:DescribeImageScanFindings", "ecr:DescribeRepositories"],
  ...["ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListImages"],
  ...["ecr:ListImageReferrers", "ecr:ListTagsForResource", "entrepot:GetApprovalRequest"],
  ...["entrepot:GetGalleryEntry", "entrepot:GetImageAdvice", "entrepot:GetImageOverview"],
  ...["entrepot:GetImageSbom", "entrepot:GetImageVerdict", "entrepot:GetReview"],
  ...["entrepot:ListApprovalRequests", "entrepot:ListHeldImages", "entrepot:ListImageFindings"],
  ...["entrepot:ListReviews", "entrepot:ListTagHistory", "entrepot:RenderLaunchTemplate"],
];
const developing = [
  ...viewing,
  ...["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:StartImageScan"],
  ...["ecr:UploadLayerPart", "entrepot:AttachImageSbom", "entrepot:RequestApproval"],
  ...["entrepot:SignImage", "entrepot:WithdrawApprovalRequest"],
];
const maintaining = [
  ...developing,
  ...["ecr:BatchDeleteImage", "ecr:CreateRepository", "ecr:DeleteLifecyclePolicy"],
  ...["ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy", "ecr:StartLifecyclePolicyPreview"],
  ...["ecr:GetLifecyclePolicyPreview", "ecr:TagResource", "ecr:UntagResource"],
  ...["ecr:UpdateImageStorageClass", "entrepot:DeleteGalleryEntry"],
  ...["entrepot:DeleteGalleryVersion", "entrepot:PutGalleryEntry", "entrepot:PutGalleryVersion"],
  ...["entrepot:CopyImage", "entrepot:RestoreImages", "entrepot:RestoreTag"],
];
const reviewing = [
  ...viewing,
  ...["entrepot:ApproveImage", "entrepot:ApproveRequest", "entrepot:QuarantineImage"],
  ...["entrepot:RejectImage", "entrepot:RejectRequest", "entrepot:ReleaseImage"],
];
const inRepositories: Readonly<Record<AccessRole, readonly string[]>> = {
  ...{ Viewer: viewing, Developer: developing, Maintainer: maintaining, Reviewer: reviewing },
  Administrator: ["ecr:*", "entrepot:*"],
};

/** What lies in no repository and everybody needs: to log in, and to look through the gallery. */
const everywhere = [
  ...["ecr:GetAuthorizationToken", "entrepot:GetGalleryEntry", "entrepot:GetGallerySettings"],
  ...["entrepot:ListEnvironments", "entrepot:ListGalleryEntries"],
];
const lookingThrough = ["ecr:DescribeRepositories", "entrepot:SearchRepositories"];
/** With the whole account alone: these would tell of what lies outside of a prefix. */
const overAccount: Readonly<Record<AccessRole, readonly string[]>> = {
  ...{ Viewer: lookingThrough, Developer: lookingThrough, Maintainer: lookingThrough },
  Reviewer: [...[...lookingThrough, "entrepot:ListApprovalRequests", "entrepot:ListReviews"]],
  Administrator: ["ecr:*", "entrepot:*"],
};

/**
 * The policy that a role is, over the account's repositories whose names begin with the prefix, in all
 * regions. The same for the same arguments.
 * @param prefix empty: the whole account
 */
export function accessRoleDocument(role: AccessRole, account: AccountId, prefix: string): string {
  const repositories = `arn:aws:ecr:*:${account}:repository/${prefix}*`;
  const more = prefix === "" ? overAccount[role] : [];
  // What a pattern allows needs no names beside it.
  const elsewhere = more.includes("ecr:*") ? more : [...everywhere, ...more];
  const statement = (Sid: string, Action: readonly string[], Resource: string) => ({
    ...{ Sid, Effect: "Allow", Action, Resource },
  });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      statement("InRepositories", inRepositories[role], repositories),
      statement("Everywhere", elsewhere, "*"),
    ],
  });
}

/** A name that no other document has: a role that is another one in a later version is another policy. */
export function accessRolePolicyName(role: AccessRole, document: string): string {
  return `Entrepot${role}-${createHash("sha256").update(document).digest("hex").slice(0, 16)}`;
}
