/**
 * What of a request or an answer no record may hold (D18). What an operation keeps secret is listed
 * here by name; besides, no member whose name alone sounds secret is told, listed or not.
 */
interface Redactions {
  readonly request?: readonly string[];
  readonly response?: readonly string[];
}

/** Members, at whatever depth, by operation. */
export const redactions: Readonly<Record<string, Redactions>> = {
  // Manifests are sealed where they are stored: the trail has their digests.
  "ecr:PutImage": { request: ["imageManifest"], response: ["imageManifest"] },
  "ecr:UploadLayerPart": { request: ["layerPartBlob"] },
  "ecr:GetAuthorizationToken": { response: ["authorizationToken"] },
  "ecr:GetDownloadUrlForLayer": { response: ["downloadUrl"] },
  "ecr-public:PutImage": { request: ["imageManifest"], response: ["imageManifest"] },
  "ecr-public:UploadLayerPart": { request: ["layerPartBlob"] },
  "ecr-public:GetAuthorizationToken": { response: ["authorizationToken"] },
  "ecr-public:CreateRepository": { request: ["logoImageBlob"] },
  "ecr-public:PutRepositoryCatalogData": { request: ["logoImageBlob"] },
  "entrepot:PutReplica": { request: ["imageManifest"] },
  "entrepot:PutReplicaLayers": { request: ["layerBlob"] },
  "entrepot:CreatePullSecret": { response: ["password", "dockerConfigJson"] },
  "entrepot:PutConsoleSignOn": { request: ["clientSecret"] },
  // Any value in there may be a secret that is sent along.
  "events:CreateConnection": { request: ["AuthParameters", "Password", "ClientSecret"] },
  "events:UpdateConnection": { request: ["AuthParameters", "Password", "ClientSecret"] },
  "iam:ChangePassword": { request: ["OldPassword", "NewPassword"] },
  "iam:CreateAccessKey": { response: ["SecretAccessKey"] },
  "iam:CreateLoginProfile": { request: ["Password"] },
  "iam:UpdateLoginProfile": { request: ["Password"] },
  "inspector2:Enable": { request: ["clientToken"] },
  "kms:CreateGrant": { request: ["GrantTokens"], response: ["GrantToken"] },
  "kms:Decrypt": { request: ["CiphertextBlob", "GrantTokens"], response: ["Plaintext"] },
  "kms:DescribeKey": { request: ["GrantTokens"] },
  "kms:Encrypt": { request: ["Plaintext", "GrantTokens"], response: ["CiphertextBlob"] },
  "kms:GenerateDataKey": {
    request: ["GrantTokens"],
    response: ["Plaintext", "CiphertextBlob"],
  },
  "kms:GenerateDataKeyWithoutPlaintext": {
    request: ["GrantTokens"],
    response: ["CiphertextBlob"],
  },
  "kms:GenerateRandom": { response: ["Plaintext"] },
  "kms:ReEncrypt": { request: ["CiphertextBlob", "GrantTokens"], response: ["CiphertextBlob"] },
  "kms:RetireGrant": { request: ["GrantToken"] },
  "secretsmanager:CreateSecret": { request: ["SecretString", "SecretBinary"] },
  "secretsmanager:GetRandomPassword": { response: ["RandomPassword"] },
  "secretsmanager:PutSecretValue": {
    request: ["SecretString", "SecretBinary", "RotationToken"],
  },
  "secretsmanager:UpdateSecret": { request: ["SecretString", "SecretBinary"] },
  // Whatever its type: who takes a password for a String must not find it in the trail.
  "ssm:PutParameter": { request: ["Value"] },
  "sts:AssumeRole": {
    request: ["TokenCode"],
    response: ["SecretAccessKey", "SessionToken"],
  },
  "sts:AssumeRoleWithWebIdentity": {
    request: ["WebIdentityToken"],
    response: ["SecretAccessKey", "SessionToken"],
  },
  "sts:GetSessionToken": {
    request: ["TokenCode"],
    response: ["SecretAccessKey", "SessionToken"],
  },
  "sts:DecodeAuthorizationMessage": {
    request: ["EncodedMessage"],
    response: ["DecodedMessage"],
  },
};

/** Names that sound like a secret and are none. */
export const harmlessNames: ReadonlySet<string> = new Set([
  "AllowUsersToChangePassword",
  "AuthorizationEndpoint",
  "AuthorizationType",
  "ClientRequestToken", // The id of a version.
  "Credentials", // What holds them; the secret ones have names of their own.
  "CurrentKeyMaterialId",
  "DestinationKeyMaterialId",
  "ExpirePasswords",
  "ForceOverwriteReplicaSecret",
  "IncludeKeyMaterial",
  "IsValueSecret",
  "KeyMaterialId",
  "KeyMaterialState",
  "MaxPasswordAge",
  "MinimumPasswordLength",
  "MinimumSessionTokenSize",
  "PasswordLastUsed",
  "PasswordPolicy",
  "PasswordResetRequired",
  "PasswordReusePrevention",
  "PasswordLength",
  "SecretId",
  "SecretIdList",
  "SourceKeyMaterialId",
  "SubjectFromWebIdentityToken",
  "credentialArn", // Where a secret is.
  "hasClientSecret", // Whether there is one.
  "newSigningSecret", // Whether there is to be one.
  "pullSecret", // What is known of one, without its password.
  "pullSecretId",
]);

const secretNames =
  /secret|passw|token|plaintext|ciphertext|blob|credential|keymaterial|downloadurl|privatekey|authorization/i;

/** Whether the name alone makes a member one that is not told. */
export function soundsSecret(name: string): boolean {
  return secretNames.test(name) && !harmlessNames.has(name);
}

/** Whether a member of the operation's request or answer is one that no record holds. */
export function isRedacted(
  operationName: string,
  side: "request" | "response",
  member: string,
): boolean {
  return redactions[operationName]?.[side]?.includes(member) === true || soundsSecret(member);
}
