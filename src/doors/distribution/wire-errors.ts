import type { ServerResponse } from "node:http";
import type { ErrorKind, RegistryError } from "../../registry/errors.ts";

/** Status and code of a refusal, as ECR's registry endpoint sends them. */
export type Wire = readonly [status: number, code: string];

/** What each refusal of the registry is on `/v2/`. Source: ECR, errors by endpoint; OCI 1.1, "Error codes". */
export const wire = {
  AccessDenied: [403, "DENIED"],
  AccountAlreadyClosed: [400, "UNSUPPORTED"],
  AccountNotFound: [400, "UNSUPPORTED"],
  AlreadyExists: [400, "UNSUPPORTED"],
  BadRequest: [400, "UNSUPPORTED"],
  ChildNotFound: [400, "UNSUPPORTED"],
  CloudTrailARNInvalid: [400, "UNSUPPORTED"],
  ConcurrentModification: [400, "UNSUPPORTED"],
  Conflict: [400, "UNSUPPORTED"],
  ConstraintViolation: [400, "UNSUPPORTED"],
  CreateAccountStatusNotFound: [400, "UNSUPPORTED"],
  CredentialReportExpired: [400, "UNSUPPORTED"],
  CredentialReportNotPresent: [400, "UNSUPPORTED"],
  DecryptionFailure: [400, "UNSUPPORTED"],
  DeleteConflict: [400, "UNSUPPORTED"],
  Disabled: [403, "DENIED"],
  DryRunOperation: [400, "UNSUPPORTED"],
  EmptyUpload: [400, "BLOB_UPLOAD_INVALID"],
  EncryptionFailure: [400, "UNSUPPORTED"],
  EntityAlreadyExists: [400, "UNSUPPORTED"],
  EntityTemporarilyUnmodifiable: [400, "UNSUPPORTED"],
  ExclusionAlreadyExists: [400, "UNSUPPORTED"],
  ExclusionNotFound: [400, "UNSUPPORTED"],
  ExpiredIdentityToken: [403, "DENIED"],
  ExpiredToken: [403, "DENIED"],
  HierarchyLevelLimitExceeded: [400, "UNSUPPORTED"],
  HierarchyTypeMismatch: [400, "UNSUPPORTED"],
  IdpCommunication: [400, "UNSUPPORTED"],
  IdpRejectedClaim: [400, "UNSUPPORTED"],
  IllegalStatus: [400, "UNSUPPORTED"],
  ImageAlreadyExists: [400, "MANIFEST_INVALID"],
  ImageArchived: [404, "MANIFEST_UNKNOWN"],
  ImageDigestDoesNotMatch: [400, "MANIFEST_INVALID"],
  ImageHeld: [403, "DENIED"],
  ImageNotFound: [404, "MANIFEST_UNKNOWN"],
  ImageReferencedByManifestList: [405, "UNSUPPORTED"],
  ImageStorageClassUpdateNotSupported: [400, "UNSUPPORTED"],
  ImageTagAlreadyExists: [400, "TAG_INVALID"],
  IncompleteSignature: [401, "UNAUTHORIZED"],
  IncorrectKey: [400, "UNSUPPORTED"],
  InvalidAliasName: [400, "UNSUPPORTED"],
  InvalidAllowedPattern: [400, "UNSUPPORTED"],
  InvalidArn: [400, "UNSUPPORTED"],
  InvalidAuthorizationMessage: [400, "UNSUPPORTED"],
  InvalidCiphertext: [400, "UNSUPPORTED"],
  InvalidEventPattern: [400, "UNSUPPORTED"],
  InvalidEventCategory: [400, "UNSUPPORTED"],
  InvalidEventSelectors: [400, "UNSUPPORTED"],
  InvalidFilterKey: [400, "UNSUPPORTED"],
  InvalidFilterOption: [400, "UNSUPPORTED"],
  InvalidFilterValue: [400, "UNSUPPORTED"],
  InvalidGrantId: [400, "UNSUPPORTED"],
  InvalidGrantToken: [400, "UNSUPPORTED"],
  InvalidHomeRegion: [400, "UNSUPPORTED"],
  InvalidIdentityToken: [400, "UNSUPPORTED"],
  InvalidInput: [400, "UNSUPPORTED"],
  InvalidKeyId: [400, "UNSUPPORTED"],
  InvalidKeyUsage: [400, "UNSUPPORTED"],
  InvalidLayer: [400, "DIGEST_INVALID"],
  InvalidLayerPart: [416, "BLOB_UPLOAD_INVALID"],
  InvalidLookupAttributes: [400, "UNSUPPORTED"],
  InvalidMarker: [400, "UNSUPPORTED"],
  InvalidMaxResults: [400, "UNSUPPORTED"],
  InvalidNextToken: [400, "UNSUPPORTED"],
  InvalidParameter: [400, "UNSUPPORTED"],
  InvalidParameterCombination: [400, "UNSUPPORTED"],
  InvalidParameterToken: [400, "UNSUPPORTED"],
  InvalidPolicyType: [400, "UNSUPPORTED"],
  InvalidRequest: [400, "UNSUPPORTED"],
  InvalidResourceId: [400, "UNSUPPORTED"],
  InvalidResourceType: [400, "UNSUPPORTED"],
  InvalidS3Prefix: [400, "UNSUPPORTED"],
  InvalidSignature: [401, "UNAUTHORIZED"],
  InvalidTagParameter: [400, "UNSUPPORTED"],
  InvalidTimeRange: [400, "UNSUPPORTED"],
  InvalidTrailName: [400, "UNSUPPORTED"],
  InvalidUserType: [400, "UNSUPPORTED"],
  Kms: [403, "DENIED"],
  KmsInvalidState: [403, "DENIED"],
  LayerAlreadyExists: [400, "BLOB_UPLOAD_INVALID"],
  LayerInUse: [405, "UNSUPPORTED"],
  LayerInaccessible: [404, "BLOB_UNKNOWN"],
  LayerPartTooSmall: [400, "BLOB_UPLOAD_INVALID"],
  LayersNotFound: [404, "BLOB_UNKNOWN"],
  LifecyclePolicyNotFound: [400, "UNSUPPORTED"],
  LifecyclePolicyPreviewInProgress: [400, "UNSUPPORTED"],
  LifecyclePolicyPreviewNotFound: [400, "UNSUPPORTED"],
  LimitExceeded: [403, "DENIED"],
  MalformedPolicyDocument: [400, "UNSUPPORTED"],
  MaximumNumberOfTrailsExceeded: [400, "UNSUPPORTED"],
  MissingAuthenticationToken: [401, "UNAUTHORIZED"],
  NoSuchEntity: [400, "UNSUPPORTED"],
  NotAuthorized: [403, "DENIED"],
  NotFound: [400, "UNSUPPORTED"],
  NotOrganizationMasterAccount: [400, "UNSUPPORTED"],
  PackedPolicyTooLarge: [400, "UNSUPPORTED"],
  ParameterAlreadyExists: [400, "UNSUPPORTED"],
  ParameterLimitExceeded: [400, "UNSUPPORTED"],
  ParameterMaxVersionLimitExceeded: [400, "UNSUPPORTED"],
  ParameterNotFound: [400, "UNSUPPORTED"],
  ParameterPatternMismatch: [400, "UNSUPPORTED"],
  ParameterVersionLabelLimitExceeded: [400, "UNSUPPORTED"],
  ParameterVersionNotFound: [400, "UNSUPPORTED"],
  ParentNotFound: [400, "UNSUPPORTED"],
  PasswordPolicyViolation: [400, "UNSUPPORTED"],
  PasswordResetRequired: [403, "DENIED"],
  PolicyLengthExceeded: [400, "UNSUPPORTED"],
  PolicyNotAttachable: [400, "UNSUPPORTED"],
  PublicPolicy: [400, "UNSUPPORTED"],
  PullThroughCacheRuleAlreadyExists: [400, "UNSUPPORTED"],
  PullThroughCacheRuleNotFound: [400, "UNSUPPORTED"],
  ReferencedImagesNotFound: [400, "MANIFEST_BLOB_UNKNOWN"],
  RegistryNotFound: [404, "NAME_UNKNOWN"],
  RegistryPolicyNotFound: [400, "UNSUPPORTED"],
  SigningConfigurationNotFound: [400, "UNSUPPORTED"],
  ReplicationBackfillInProgress: [409, "UNSUPPORTED"],
  ReplicationBackfillInvalidStatus: [409, "UNSUPPORTED"],
  ReplicationBackfillNotFound: [404, "UNSUPPORTED"],
  RepositoryAlreadyExists: [400, "NAME_INVALID"],
  RepositoryNotEmpty: [400, "UNSUPPORTED"],
  RepositoryNotFound: [404, "NAME_UNKNOWN"],
  RepositoryPolicyNotFound: [400, "UNSUPPORTED"],
  RequestEntityTooLarge: [413, "SIZE_INVALID"],
  ResourceAlreadyExists: [400, "UNSUPPORTED"],
  ResourceExists: [400, "UNSUPPORTED"],
  ResourceNotFound: [404, "UNSUPPORTED"],
  ScanNotFound: [400, "UNSUPPORTED"],
  SecretNotFound: [400, "UNSUPPORTED"],
  S3BucketDoesNotExist: [400, "UNSUPPORTED"],
  Serialization: [400, "MANIFEST_INVALID"],
  ServiceUnavailable: [503, "UNAVAILABLE"],
  Tag: [400, "UNSUPPORTED"],
  TagsLimitExceeded: [400, "UNSUPPORTED"],
  TargetNotFound: [400, "UNSUPPORTED"],
  TemplateAlreadyExists: [400, "UNSUPPORTED"],
  TemplateNotFound: [400, "UNSUPPORTED"],
  Throttling: [429, "TOOMANYREQUESTS"],
  TooManyParameterTags: [400, "UNSUPPORTED"],
  TooManyTags: [400, "UNSUPPORTED"],
  TrailAlreadyExists: [400, "UNSUPPORTED"],
  TrailNotFound: [400, "UNSUPPORTED"],
  UnableToAccessSecret: [400, "UNSUPPORTED"],
  UnableToDecryptSecretValue: [400, "UNSUPPORTED"],
  UnableToGetUpstreamImage: [503, "UNAVAILABLE"],
  UnableToGetUpstreamLayer: [503, "UNAVAILABLE"],
  UnknownOperation: [404, "UNSUPPORTED"],
  UnmodifiableEntity: [400, "UNSUPPORTED"],
  UnrecognizedClient: [401, "UNAUTHORIZED"],
  UnsupportedCommand: [400, "UNSUPPORTED"],
  UnsupportedImageType: [400, "UNSUPPORTED"],
  UnsupportedOperation: [400, "UNSUPPORTED"],
  UnsupportedParameterType: [400, "UNSUPPORTED"],
  UnsupportedUpstreamRegistry: [400, "UNSUPPORTED"],
  UploadNotFound: [404, "BLOB_UPLOAD_UNKNOWN"],
  Validation: [400, "UNSUPPORTED"],
} as const satisfies Record<ErrorKind, Wire>;

/** Where one endpoint says something else than the table. */
export type WireOverrides = (error: RegistryError) => Wire | undefined;

/** A refusal that only this door knows: of the request's form, not of what it asks. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  readonly wire: Wire;
  readonly headers: readonly string[];

  constructor(code: Wire, message: string, headers: readonly string[] = []) {
    super(message);
    this.wire = code;
    this.headers = headers;
  }
}

/** Sent with every answer, clients tell a registry by it. */
export const apiVersion = ["Docker-Distribution-Api-Version", "registry/2.0"] as const;

/**
 * Differs from ECR, which sends its JSON errors as text: the Docker CLI since version 28, and all that has
 * the client of CNCF Distribution 3, read no error in what does not say that it is JSON.
 */
const errorType = "application/json; charset=utf-8";
const textType = "text/plain; charset=utf-8";

/** Answers with a refusal in ECR's form; nothing was sent before. */
export function sendError(
  response: ServerResponse,
  [status, code]: Wire,
  message: string,
  headers: readonly string[] = [],
): void {
  const text = JSON.stringify({ errors: [{ code, message }] });
  sendBody(response, status, errorType, text, headers);
}

/** What ECR says to whoever brings no token, or none that it can read. */
export const notAuthorized = "Not Authorized";

/**
 * The challenge of a registry: 401 whatever the path. Source: ECR, "Private registry authentication".
 * @param origin scheme and host that the client used
 */
export function sendChallenge(response: ServerResponse, origin: string, message: string): void {
  const challenge = `Basic realm="${origin}/",service="ecr.amazonaws.com"`;
  const headers = ["WWW-Authenticate", challenge];
  // A client shows its user only what stands in a registry's own form.
  if (message === notAuthorized) sendBody(response, 401, textType, message, headers);
  else sendError(response, [401, "UNAUTHORIZED"], message, headers);
}

function sendBody(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: readonly string[],
): void {
  if (response.req.method === "HEAD") {
    // No length either: clients that see one go looking for the body that it announces.
    response.writeHead(status, [...apiVersion, ...headers]).end();
    return;
  }
  const body = Buffer.from(text);
  const described = ["Content-Type", type, "Content-Length", String(body.length)];
  response.writeHead(status, [...apiVersion, ...headers, ...described]);
  response.end(body);
}
