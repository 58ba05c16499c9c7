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
  ChildNotFound: [400, "ChildNotFoundException"],
  CloudTrailARNInvalid: [400, "CloudTrailARNInvalidException"],
  ConcurrentModification: [400, "ConcurrentModificationException"],
  Conflict: [400, "ConflictException"],
  ConstraintViolation: [400, "ConstraintViolationException"],
  CreateAccountStatusNotFound: [400, "CreateAccountStatusNotFoundException"],
  CredentialReportExpired: [410, "ReportExpired"],
  CredentialReportNotPresent: [410, "ReportNotPresent"],
  DeleteConflict: [409, "DeleteConflict"],
  Disabled: [400, "DisabledException"],
  DryRunOperation: [400, "DryRunOperationException"],
  EmptyUpload: [400, "EmptyUploadException"],
  EntityAlreadyExists: [409, "EntityAlreadyExists"],
  EntityTemporarilyUnmodifiable: [409, "EntityTemporarilyUnmodifiable"],
  ExclusionAlreadyExists: [400, "ExclusionAlreadyExistsException"],
  ExclusionNotFound: [400, "ExclusionNotFoundException"],
  ExpiredIdentityToken: [400, "ExpiredTokenException"],
  ExpiredToken: [400, "ExpiredTokenException"],
  IdpCommunication: [400, "IDPCommunicationError"],
  IdpRejectedClaim: [403, "IDPRejectedClaim"],
  IllegalStatus: [400, "IllegalStatusException"],
  ImageAlreadyExists: [400, "ImageAlreadyExistsException"],
  ImageArchived: [400, "ImageArchivedException"],
  ImageDigestDoesNotMatch: [400, "ImageDigestDoesNotMatchException"],
  ImageNotFound: [400, "ImageNotFoundException"],
  ImageReferencedByManifestList: [400, "ValidationException"],
  ImageStorageClassUpdateNotSupported: [400, "ImageStorageClassUpdateNotSupportedException"],
  ImageTagAlreadyExists: [400, "ImageTagAlreadyExistsException"],
  IncompleteSignature: [403, "IncompleteSignature"],
  IncorrectKey: [400, "IncorrectKeyException"],
  InvalidAliasName: [400, "InvalidAliasNameException"],
  InvalidArn: [400, "InvalidArnException"],
  InvalidAuthorizationMessage: [400, "InvalidAuthorizationMessageException"],
  InvalidCiphertext: [400, "InvalidCiphertextException"],
  InvalidEventCategory: [400, "InvalidEventCategoryException"],
  InvalidEventPattern: [400, "InvalidEventPatternException"],
  InvalidEventSelectors: [400, "InvalidEventSelectorsException"],
  InvalidGrantId: [400, "InvalidGrantIdException"],
  InvalidGrantToken: [400, "InvalidGrantTokenException"],
  InvalidHomeRegion: [400, "InvalidHomeRegionException"],
  InvalidIdentityToken: [400, "InvalidIdentityToken"],
  InvalidInput: [400, "InvalidInputException"],
  InvalidKeyUsage: [400, "InvalidKeyUsageException"],
  InvalidLayer: [400, "InvalidLayerException"],
  InvalidLayerPart: [400, "InvalidLayerPartException"],
  InvalidLookupAttributes: [400, "InvalidLookupAttributesException"],
  InvalidMarker: [400, "InvalidMarkerException"],
  InvalidMaxResults: [400, "InvalidMaxResultsException"],
  InvalidNextToken: [400, "InvalidNextTokenException"],
  InvalidParameter: [400, "InvalidParameterException"],
  InvalidParameterCombination: [400, "InvalidParameterCombinationException"],
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
  PasswordPolicyViolation: [400, "PasswordPolicyViolation"],
  PolicyLengthExceeded: [400, "PolicyLengthExceededException"],
  PolicyNotAttachable: [400, "PolicyNotAttachable"],
  ReferencedImagesNotFound: [400, "ReferencedImagesNotFoundException"],
  RegistryPolicyNotFound: [400, "RegistryPolicyNotFoundException"],
  RepositoryAlreadyExists: [400, "RepositoryAlreadyExistsException"],
  RepositoryNotEmpty: [400, "RepositoryNotEmptyException"],
  RepositoryNotFound: [400, "RepositoryNotFoundException"],
  RepositoryPolicyNotFound: [400, "RepositoryPolicyNotFoundException"],
  RequestEntityTooLarge: [413, "RequestEntityTooLarge"],
  ScanNotFound: [400, "ScanNotFoundException"],
  ResourceAlreadyExists: [400, "ResourceAlreadyExistsException"],
  ResourceNotFound: [400, "ResourceNotFoundException"],
  S3BucketDoesNotExist: [400, "S3BucketDoesNotExistException"],
  Serialization: [400, "SerializationException"],
  ServiceUnavailable: [503, "ServiceUnavailable"],
  Tag: [400, "TagException"],
  TagsLimitExceeded: [400, "TagsLimitExceededException"],
  TargetNotFound: [400, "TargetNotFoundException"],
  Throttling: [400, "ThrottlingException"],
  TooManyTags: [400, "TooManyTagsException"],
  TrailAlreadyExists: [400, "TrailAlreadyExistsException"],
  TrailNotFound: [400, "TrailNotFoundException"],
  UnknownOperation: [404, "UnknownOperationException"],
  UnmodifiableEntity: [400, "UnmodifiableEntity"],
  UnrecognizedClient: [400, "UnrecognizedClientException"],
  UnsupportedImageType: [400, "UnsupportedImageTypeException"],
  UnsupportedOperation: [400, "UnsupportedOperationException"],
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

/** A refusal by policy also says why, sealed: see DecodeAuthorizationMessage of STS. */
function messageOf(error: RegistryError): string {
  if (!(error instanceof AccessDenied)) return error.message;
  return `${error.message}. Encoded authorization failure message: ${error.encodedMessage}`;
}
