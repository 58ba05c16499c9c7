/**
 * A refusal of the registry. `kind` is the name that ECR gives the error, without "Exception";
 * each door maps kinds to its own wire form once.
 */
export type ErrorKind =
  | "AccessDenied"
  | "AccountAlreadyClosed"
  | "AccountNotFound"
  | "AlreadyExists"
  | "ChildNotFound"
  | "ConcurrentModification"
  | "CloudTrailARNInvalid"
  | "Conflict"
  | "ConstraintViolation"
  | "CreateAccountStatusNotFound"
  | "CredentialReportExpired"
  | "CredentialReportNotPresent"
  | "DeleteConflict"
  | "Disabled"
  | "DryRunOperation"
  | "EmptyUpload"
  | "EntityAlreadyExists"
  | "EntityTemporarilyUnmodifiable"
  | "ExclusionAlreadyExists"
  | "ExclusionNotFound"
  | "ExpiredIdentityToken"
  | "ExpiredToken"
  | "IdpCommunication"
  | "IdpRejectedClaim"
  | "IllegalStatus"
  | "ImageAlreadyExists"
  | "ImageArchived"
  | "ImageDigestDoesNotMatch"
  | "ImageNotFound"
  | "ImageReferencedByManifestList"
  | "ImageStorageClassUpdateNotSupported"
  | "ImageTagAlreadyExists"
  | "IncompleteSignature"
  | "IncorrectKey"
  | "InvalidAliasName"
  | "InvalidArn"
  | "InvalidAuthorizationMessage"
  | "InvalidCiphertext"
  | "InvalidEventPattern"
  | "InvalidEventCategory"
  | "InvalidEventSelectors"
  | "InvalidGrantId"
  | "InvalidGrantToken"
  | "InvalidHomeRegion"
  | "InvalidIdentityToken"
  | "InvalidInput"
  | "InvalidKeyUsage"
  | "InvalidLayer"
  | "InvalidLayerPart"
  | "InvalidLookupAttributes"
  | "InvalidMarker"
  | "InvalidMaxResults"
  | "InvalidNextToken"
  | "InvalidParameterCombination"
  | "InvalidParameter"
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
  | "PasswordPolicyViolation"
  | "PolicyLengthExceeded"
  | "PolicyNotAttachable"
  | "ReferencedImagesNotFound"
  | "RegistryPolicyNotFound"
  | "RepositoryAlreadyExists"
  | "RepositoryNotEmpty"
  | "RepositoryNotFound"
  | "RepositoryPolicyNotFound"
  | "RequestEntityTooLarge"
  | "ResourceAlreadyExists"
  | "ResourceNotFound"
  | "ScanNotFound"
  | "S3BucketDoesNotExist"
  | "Serialization"
  | "ServiceUnavailable"
  | "Tag"
  | "TagsLimitExceeded"
  | "TargetNotFound"
  | "Throttling"
  | "TooManyTags"
  | "TrailAlreadyExists"
  | "TrailNotFound"
  | "UnknownOperation"
  | "UnmodifiableEntity"
  | "UnrecognizedClient"
  | "UnsupportedImageType"
  | "UnsupportedOperation"
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
