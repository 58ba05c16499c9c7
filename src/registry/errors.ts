/**
 * A refusal of the registry. `kind` is the name that ECR gives the error, without "Exception";
 * each door maps kinds to its own wire form once.
 */
export type ErrorKind =
  | "AccessDenied"
  | "AccountAlreadyClosed"
  | "AccountNotFound"
  | "AlreadyExists"
  | "BadRequest"
  | "ChildNotFound"
  | "ConcurrentModification"
  | "CloudTrailARNInvalid"
  | "Conflict"
  | "ConstraintViolation"
  | "CreateAccountStatusNotFound"
  | "CredentialReportExpired"
  | "CredentialReportNotPresent"
  | "DecryptionFailure"
  | "DeleteConflict"
  | "Disabled"
  | "DryRunOperation"
  | "EmptyUpload"
  | "EncryptionFailure"
  | "EntityAlreadyExists"
  | "EntityTemporarilyUnmodifiable"
  | "ExclusionAlreadyExists"
  | "ExclusionNotFound"
  | "ExpiredIdentityToken"
  | "ExpiredToken"
  | "HierarchyLevelLimitExceeded"
  | "HierarchyTypeMismatch"
  | "IdpCommunication"
  | "IdpRejectedClaim"
  | "IllegalStatus"
  | "ImageAlreadyExists"
  | "ImageArchived"
  | "ImageDigestDoesNotMatch"
  | "ImageHeld"
  | "ImageNotFound"
  | "ImageReferencedByManifestList"
  | "ImageStorageClassUpdateNotSupported"
  | "ImageTagAlreadyExists"
  | "IncompleteSignature"
  | "IncorrectKey"
  | "InvalidAliasName"
  | "InvalidAllowedPattern"
  | "InvalidArn"
  | "InvalidAuthorizationMessage"
  | "InvalidCiphertext"
  | "InvalidEventPattern"
  | "InvalidEventCategory"
  | "InvalidEventSelectors"
  | "InvalidFilterKey"
  | "InvalidFilterOption"
  | "InvalidFilterValue"
  | "InvalidGrantId"
  | "InvalidGrantToken"
  | "InvalidHomeRegion"
  | "InvalidIdentityToken"
  | "InvalidInput"
  | "InvalidKeyId"
  | "InvalidKeyUsage"
  | "InvalidLayer"
  | "InvalidLayerPart"
  | "InvalidLookupAttributes"
  | "InvalidMarker"
  | "InvalidMaxResults"
  | "InvalidNextToken"
  | "InvalidParameterCombination"
  | "InvalidParameter"
  | "InvalidParameterToken"
  | "InvalidPolicyType"
  | "InvalidRequest"
  | "InvalidResourceId"
  | "InvalidResourceType"
  | "InvalidS3Prefix"
  | "InvalidSignature"
  | "InvalidTagParameter"
  | "InvalidTimeRange"
  | "InvalidTrailName"
  | "InvalidUserType"
  | "Kms"
  | "KmsInvalidState"
  | "LayerAlreadyExists"
  | "LayerInUse"
  | "LayerInaccessible"
  | "LayerPartTooSmall"
  | "LayersNotFound"
  | "LifecyclePolicyNotFound"
  | "LifecyclePolicyPreviewInProgress"
  | "LifecyclePolicyPreviewNotFound"
  | "LimitExceeded"
  | "MalformedPolicyDocument"
  | "MaximumNumberOfTrailsExceeded"
  | "MissingAuthenticationToken"
  | "NoSuchEntity"
  | "NotAuthorized"
  | "NotOrganizationMasterAccount"
  | "NotFound"
  | "PackedPolicyTooLarge"
  | "ParameterAlreadyExists"
  | "ParameterLimitExceeded"
  | "ParameterMaxVersionLimitExceeded"
  | "ParameterNotFound"
  | "ParameterPatternMismatch"
  | "ParameterVersionLabelLimitExceeded"
  | "ParameterVersionNotFound"
  | "ParentNotFound"
  | "PasswordPolicyViolation"
  | "PasswordResetRequired"
  | "PolicyLengthExceeded"
  | "PolicyNotAttachable"
  | "PublicPolicy"
  | "PullThroughCacheRuleAlreadyExists"
  | "PullThroughCacheRuleNotFound"
  | "ReferencedImagesNotFound"
  | "RegistryNotFound"
  | "RegistryPolicyNotFound"
  | "ReplicationBackfillInProgress"
  | "ReplicationBackfillInvalidStatus"
  | "ReplicationBackfillNotFound"
  | "RepositoryAlreadyExists"
  | "RepositoryNotEmpty"
  | "RepositoryNotFound"
  | "RepositoryPolicyNotFound"
  | "RequestEntityTooLarge"
  | "ResourceAlreadyExists"
  | "ResourceExists"
  | "ResourceNotFound"
  | "ScanNotFound"
  | "SecretNotFound"
  | "SigningConfigurationNotFound"
  | "S3BucketDoesNotExist"
  | "Serialization"
  | "ServiceUnavailable"
  | "Tag"
  | "TagsLimitExceeded"
  | "TargetNotFound"
  | "TemplateAlreadyExists"
  | "TemplateNotFound"
  | "Throttling"
  | "TooManyParameterTags"
  | "TooManyTags"
  | "TrailAlreadyExists"
  | "TrailNotFound"
  | "UnableToAccessSecret"
  | "UnableToDecryptSecretValue"
  | "UnableToGetUpstreamImage"
  | "UnableToGetUpstreamLayer"
  | "UnknownOperation"
  | "UnmodifiableEntity"
  | "UnrecognizedClient"
  | "UnsupportedCommand"
  | "UnsupportedImageType"
  | "UnsupportedOperation"
  | "UnsupportedParameterType"
  | "UnsupportedUpstreamRegistry"
  | "UploadNotFound"
  | "Validation";

/** Extra members that ECR's error shapes carry beside the message. */
export type ErrorDetails = Readonly<Record<string, string | number | undefined>>;

export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.details = details;
  }
}

/** Whether `error` is a refusal of this kind (of any kind when none is named). */
export function isRegistryError(error: unknown, kind?: ErrorKind): error is RegistryError {
  return error instanceof RegistryError && (kind === undefined || error.kind === kind);
}

/** ECR's sentence for a parameter that breaks a constraint. */
export function invalidParameter(parameter: string, constraint: string): RegistryError {
  return new RegistryError(
    "InvalidParameter",
    `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}'`,
  );
}

/** A state that the code rules out. It is a bug, never the caller's fault. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
