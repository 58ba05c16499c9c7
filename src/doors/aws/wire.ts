import type { ErrorDetails, ErrorKind, RegistryError } from "../../registry/errors.ts";
import { AccessDenied } from "../../registry/policy/authorize.ts";

type Wire = readonly [status: number, code: string];

/**
 * What AWS JSON calls each refusal. Source: ECR API, "Common errors" and the operations' shapes.
 * Kinds that no JSON operation throws as an error of its own stand under the nearest shape.
 */
export const wire = {
  AccessDenied: [400, "AccessDeniedException"],
  AccountAlreadyClosed: [400, "AccountAlreadyClosedException"],
  AccountNotFound: [400, "AccountNotFoundException"],
  AlreadyExists: [400, "AlreadyExistsException"],
  BadRequest: [400, "BadRequestException"],
  ChildNotFound: [400, "ChildNotFoundException"],
  CloudTrailARNInvalid: [400, "CloudTrailARNInvalidException"],
  ConcurrentModification: [400, "ConcurrentModificationException"],
  Conflict: [400, "ConflictException"],
  ConstraintViolation: [400, "ConstraintViolationException"],
  CreateAccountStatusNotFound: [400, "CreateAccountStatusNotFoundException"],
  CredentialReportExpired: [410, "ReportExpired"],
  CredentialReportNotPresent: [410, "ReportNotPresent"],
  DecryptionFailure: [400, "DecryptionFailure"],
  DeleteConflict: [409, "DeleteConflict"],
  Disabled: [400, "DisabledException"],
  DryRunOperation: [400, "DryRunOperationException"],
  EmptyUpload: [400, "EmptyUploadException"],
  EncryptionFailure: [400, "EncryptionFailure"],
  EntityAlreadyExists: [409, "EntityAlreadyExists"],
  EntityTemporarilyUnmodifiable: [409, "EntityTemporarilyUnmodifiable"],
  ExclusionAlreadyExists: [400, "ExclusionAlreadyExistsException"],
  ExclusionNotFound: [400, "ExclusionNotFoundException"],
  ExpiredIdentityToken: [400, "ExpiredTokenException"],
  ExpiredToken: [400, "ExpiredTokenException"],
  HierarchyLevelLimitExceeded: [400, "HierarchyLevelLimitExceededException"],
  HierarchyTypeMismatch: [400, "HierarchyTypeMismatchException"],
  IdpCommunication: [400, "IDPCommunicationError"],
  IdpRejectedClaim: [403, "IDPRejectedClaim"],
  IllegalStatus: [400, "IllegalStatusException"],
  ImageAlreadyExists: [400, "ImageAlreadyExistsException"],
  ImageArchived: [400, "ImageArchivedException"],
  ImageDigestDoesNotMatch: [400, "ImageDigestDoesNotMatchException"],
  ImageHeld: [400, "ImageHeldException"],
  ImageNotFound: [400, "ImageNotFoundException"],
  ImageReferencedByManifestList: [400, "ValidationException"],
  ImageStorageClassUpdateNotSupported: [400, "ImageStorageClassUpdateNotSupportedException"],
  ImageTagAlreadyExists: [400, "ImageTagAlreadyExistsException"],
  IncompleteSignature: [403, "IncompleteSignature"],
  IncorrectKey: [400, "IncorrectKeyException"],
  InvalidAliasName: [400, "InvalidAliasNameException"],
  InvalidAllowedPattern: [400, "InvalidAllowedPatternException"],
  InvalidArn: [400, "InvalidArnException"],
  InvalidAuthorizationMessage: [400, "InvalidAuthorizationMessageException"],
  InvalidCiphertext: [400, "InvalidCiphertextException"],
  InvalidEventCategory: [400, "InvalidEventCategoryException"],
  InvalidEventPattern: [400, "InvalidEventPatternException"],
  InvalidEventSelectors: [400, "InvalidEventSelectorsException"],
  InvalidFilterKey: [400, "InvalidFilterKey"],
  InvalidFilterOption: [400, "InvalidFilterOption"],
  InvalidFilterValue: [400, "InvalidFilterValue"],
  InvalidGrantId: [400, "InvalidGrantIdException"],
  InvalidGrantToken: [400, "InvalidGrantTokenException"],
  InvalidHomeRegion: [400, "InvalidHomeRegionException"],
  InvalidIdentityToken: [400, "InvalidIdentityToken"],
  InvalidInput: [400, "InvalidInputException"],
  InvalidKeyId: [400, "InvalidKeyId"],
  InvalidKeyUsage: [400, "InvalidKeyUsageException"],
  InvalidLayer: [400, "InvalidLayerException"],
  InvalidLayerPart: [400, "InvalidLayerPartException"],
  InvalidLookupAttributes: [400, "InvalidLookupAttributesException"],
  InvalidMarker: [400, "InvalidMarkerException"],
  InvalidMaxResults: [400, "InvalidMaxResultsException"],
  InvalidNextToken: [400, "InvalidNextTokenException"],
  InvalidParameter: [400, "InvalidParameterException"],
  InvalidParameterCombination: [400, "InvalidParameterCombinationException"],
  InvalidParameterToken: [400, "InvalidNextToken"],
  InvalidPolicyType: [400, "InvalidPolicyTypeException"],
  InvalidRequest: [400, "InvalidRequestException"],
  InvalidResourceId: [400, "InvalidResourceId"],
  InvalidResourceType: [400, "InvalidResourceType"],
  InvalidS3Prefix: [400, "InvalidS3PrefixException"],
  InvalidSignature: [400, "InvalidSignatureException"],
  InvalidTagParameter: [400, "InvalidTagParameterException"],
  InvalidTimeRange: [400, "InvalidTimeRangeException"],
  InvalidTrailName: [400, "InvalidTrailNameException"],
  InvalidUserType: [400, "InvalidUserType"],
  Kms: [400, "KmsException"],
  KmsInvalidState: [400, "KMSInvalidStateException"],
  LayerAlreadyExists: [400, "LayerAlreadyExistsException"],
  LayerInUse: [400, "ValidationException"],
  LayerInaccessible: [400, "LayerInaccessibleException"],
  LayerPartTooSmall: [400, "LayerPartTooSmallException"],
  LayersNotFound: [400, "LayersNotFoundException"],
  LifecyclePolicyNotFound: [400, "LifecyclePolicyNotFoundException"],
  LifecyclePolicyPreviewInProgress: [400, "LifecyclePolicyPreviewInProgressException"],
  LifecyclePolicyPreviewNotFound: [400, "LifecyclePolicyPreviewNotFoundException"],
  LimitExceeded: [400, "LimitExceededException"],
  MalformedPolicyDocument: [400, "MalformedPolicyDocumentException"],
  MaximumNumberOfTrailsExceeded: [400, "MaximumNumberOfTrailsExceededException"],
  MissingAuthenticationToken: [403, "MissingAuthenticationToken"],
  NoSuchEntity: [404, "NoSuchEntity"],
  NotAuthorized: [400, "NotAuthorizedException"],
  NotFound: [400, "NotFoundException"],
  NotOrganizationMasterAccount: [400, "NotOrganizationMasterAccountException"],
  PackedPolicyTooLarge: [400, "PackedPolicyTooLarge"],
  ParameterAlreadyExists: [400, "ParameterAlreadyExists"],
  ParameterLimitExceeded: [400, "ParameterLimitExceeded"],
  ParameterMaxVersionLimitExceeded: [400, "ParameterMaxVersionLimitExceeded"],
  ParameterNotFound: [400, "ParameterNotFound"],
  ParameterPatternMismatch: [400, "ParameterPatternMismatchException"],
  ParameterVersionLabelLimitExceeded: [400, "ParameterVersionLabelLimitExceeded"],
  ParameterVersionNotFound: [400, "ParameterVersionNotFound"],
  ParentNotFound: [400, "ParentNotFoundException"],
  PasswordPolicyViolation: [400, "PasswordPolicyViolation"],
  PasswordResetRequired: [403, "PasswordResetRequired"],
  PolicyLengthExceeded: [400, "PolicyLengthExceededException"],
  PolicyNotAttachable: [400, "PolicyNotAttachable"],
  PublicPolicy: [400, "PublicPolicyException"],
  PullThroughCacheRuleAlreadyExists: [400, "PullThroughCacheRuleAlreadyExistsException"],
  PullThroughCacheRuleNotFound: [400, "PullThroughCacheRuleNotFoundException"],
  ReferencedImagesNotFound: [400, "ReferencedImagesNotFoundException"],
  RegistryNotFound: [400, "RegistryNotFoundException"],
  RegistryPolicyNotFound: [400, "RegistryPolicyNotFoundException"],
  SigningConfigurationNotFound: [400, "SigningConfigurationNotFoundException"],
  ReplicationBackfillInProgress: [400, "ReplicationBackfillInProgressException"],
  ReplicationBackfillInvalidStatus: [400, "ReplicationBackfillInvalidStatusException"],
  ReplicationBackfillNotFound: [400, "ReplicationBackfillNotFoundException"],
  RepositoryAlreadyExists: [400, "RepositoryAlreadyExistsException"],
  RepositoryNotEmpty: [400, "RepositoryNotEmptyException"],
  RepositoryNotFound: [400, "RepositoryNotFoundException"],
  RepositoryPolicyNotFound: [400, "RepositoryPolicyNotFoundException"],
  RequestEntityTooLarge: [413, "RequestEntityTooLarge"],
  ResourceExists: [400, "ResourceExistsException"],
  ScanNotFound: [400, "ScanNotFoundException"],
  SecretNotFound: [400, "SecretNotFoundException"],
  ResourceAlreadyExists: [400, "ResourceAlreadyExistsException"],
  ResourceNotFound: [400, "ResourceNotFoundException"],
  S3BucketDoesNotExist: [400, "S3BucketDoesNotExistException"],
  Serialization: [400, "SerializationException"],
  ServiceUnavailable: [503, "ServiceUnavailable"],
  Tag: [400, "TagException"],
  TagsLimitExceeded: [400, "TagsLimitExceededException"],
  TargetNotFound: [400, "TargetNotFoundException"],
  TemplateAlreadyExists: [400, "TemplateAlreadyExistsException"],
  TemplateNotFound: [400, "TemplateNotFoundException"],
  Throttling: [400, "ThrottlingException"],
  TooManyParameterTags: [400, "TooManyTagsError"],
  TooManyTags: [400, "TooManyTagsException"],
  TrailAlreadyExists: [400, "TrailAlreadyExistsException"],
  TrailNotFound: [400, "TrailNotFoundException"],
  UnableToAccessSecret: [400, "UnableToAccessSecretException"],
  UnableToDecryptSecretValue: [400, "UnableToDecryptSecretValueException"],
  UnableToGetUpstreamImage: [400, "UnableToGetUpstreamImageException"],
  UnableToGetUpstreamLayer: [400, "UnableToGetUpstreamLayerException"],
  UnknownOperation: [404, "UnknownOperationException"],
  UnmodifiableEntity: [400, "UnmodifiableEntity"],
  UnrecognizedClient: [400, "UnrecognizedClientException"],
  UnsupportedCommand: [400, "UnsupportedCommandException"],
  UnsupportedImageType: [400, "UnsupportedImageTypeException"],
  UnsupportedOperation: [400, "UnsupportedOperationException"],
  UnsupportedParameterType: [400, "UnsupportedParameterType"],
  UnsupportedUpstreamRegistry: [400, "UnsupportedUpstreamRegistryException"],
  UploadNotFound: [400, "UploadNotFoundException"],
  Validation: [400, "ValidationException"],
} as const satisfies Record<ErrorKind, Wire>;

/** Where AWS Query differs. Source: STS and IAM API, "Common errors" and the operations' own. */
const queryWire: Partial<Record<ErrorKind, Wire>> = {
  AccessDenied: [403, "AccessDenied"],
  ExpiredIdentityToken: [400, "ExpiredTokenException"],
  ExpiredToken: [403, "ExpiredToken"],
  InvalidAuthorizationMessage: [400, "InvalidAuthorizationMessageException"],
  InvalidInput: [400, "InvalidInput"],
  InvalidParameter: [400, "ValidationError"],
  InvalidSignature: [403, "SignatureDoesNotMatch"],
  LimitExceeded: [409, "LimitExceeded"],
  MalformedPolicyDocument: [400, "MalformedPolicyDocument"],
  Serialization: [400, "MalformedQueryString"],
  UnknownOperation: [400, "InvalidAction"],
  UnrecognizedClient: [403, "InvalidClientTokenId"],
  Validation: [400, "ValidationError"],
};

/** Where REST-JSON differs, whose errors have statuses. Source: Inspector API, "Common errors", models. */
const restWire: Partial<Record<ErrorKind, Wire>> = {
  AccessDenied: [403, "AccessDeniedException"],
  Conflict: [409, "ConflictException"],
  ExpiredToken: [403, "ExpiredTokenException"],
  IncompleteSignature: [403, "IncompleteSignatureException"],
  InvalidParameter: [400, "ValidationException"],
  InvalidSignature: [403, "InvalidSignatureException"],
  LimitExceeded: [402, "ServiceQuotaExceededException"],
  MissingAuthenticationToken: [403, "MissingAuthenticationTokenException"],
  NotFound: [404, "NotFoundException"],
  ResourceNotFound: [404, "ResourceNotFoundException"],
  ServiceUnavailable: [503, "ServiceUnavailableException"],
  Throttling: [429, "ThrottlingException"],
  UnrecognizedClient: [403, "UnrecognizedClientException"],
};

/** A refusal as a codec writes it. */
export interface WireError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

export function jsonError(error: RegistryError): WireError {
  const [status, code] = wire[error.kind];
  return { status, code, message: messageOf(error), details: error.details };
}

export function queryError(error: RegistryError): WireError {
  const inQuery = queryWire[error.kind];
  const [status, code] = inQuery ?? wire[error.kind];
  const written = inQuery === undefined ? code.replace(/Exception$/, "") : code;
  return { status, code: written, message: messageOf(error), details: error.details };
}

export function restError(error: RegistryError): WireError {
  const [status, code] = restWire[error.kind] ?? wire[error.kind];
  return { status, code, message: messageOf(error), details: error.details };
}

/** A refusal by policy also says why, sealed: see DecodeAuthorizationMessage of STS. */
function messageOf(error: RegistryError): string {
  if (!(error instanceof AccessDenied)) return error.message;
  return `${error.message}. Encoded authorization failure message: ${error.encodedMessage}`;
}
