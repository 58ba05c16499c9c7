import type { ErrorDetails, ErrorKind, RegistryError } from "../../registry/errors.ts";

type Wire = readonly [status: number, code: string];

/**
 * What AWS JSON calls each refusal. Source: ECR API, "Common errors" and the operations' shapes.
 * Kinds that no JSON operation throws as an error of its own stand under the nearest shape.
 */
export const wire = {
  AccessDenied: [400, "AccessDeniedException"],
  EmptyUpload: [400, "EmptyUploadException"],
  ExpiredToken: [400, "ExpiredTokenException"],
  IdpCommunication: [400, "IDPCommunicationError"],
  IdpRejectedClaim: [403, "IDPRejectedClaim"],
  ImageAlreadyExists: [400, "ImageAlreadyExistsException"],
  ImageDigestDoesNotMatch: [400, "ImageDigestDoesNotMatchException"],
  ImageNotFound: [400, "ImageNotFoundException"],
  ImageReferencedByManifestList: [400, "ValidationException"],
  ImageTagAlreadyExists: [400, "ImageTagAlreadyExistsException"],
  IncompleteSignature: [403, "IncompleteSignature"],
  InvalidIdentityToken: [400, "InvalidIdentityToken"],
  InvalidLayer: [400, "InvalidLayerException"],
  InvalidLayerPart: [400, "InvalidLayerPartException"],
  InvalidParameter: [400, "InvalidParameterException"],
  InvalidSignature: [400, "InvalidSignatureException"],
  InvalidTagParameter: [400, "InvalidTagParameterException"],
  Kms: [400, "KmsException"],
  LayerAlreadyExists: [400, "LayerAlreadyExistsException"],
  LayerInaccessible: [400, "LayerInaccessibleException"],
  LayerInUse: [400, "ValidationException"],
  LayerPartTooSmall: [400, "LayerPartTooSmallException"],
  LayersNotFound: [400, "LayersNotFoundException"],
  LimitExceeded: [400, "LimitExceededException"],
  MissingAuthenticationToken: [403, "MissingAuthenticationToken"],
  ReferencedImagesNotFound: [400, "ReferencedImagesNotFoundException"],
  RepositoryAlreadyExists: [400, "RepositoryAlreadyExistsException"],
  RepositoryNotEmpty: [400, "RepositoryNotEmptyException"],
  RepositoryNotFound: [400, "RepositoryNotFoundException"],
  RequestEntityTooLarge: [413, "RequestEntityTooLarge"],
  ResourceNotFound: [400, "ResourceNotFoundException"],
  Serialization: [400, "SerializationException"],
  ServiceUnavailable: [503, "ServiceUnavailable"],
  Throttling: [400, "ThrottlingException"],
  TooManyTags: [400, "TooManyTagsException"],
  UnknownOperation: [404, "UnknownOperationException"],
  UnrecognizedClient: [400, "UnrecognizedClientException"],
  UnsupportedImageType: [400, "UnsupportedImageTypeException"],
  UploadNotFound: [400, "UploadNotFoundException"],
  Validation: [400, "ValidationException"],
} as const satisfies Record<ErrorKind, Wire>;

/** Where AWS Query differs. Source: STS API, "Common errors". */
const queryWire: Partial<Record<ErrorKind, Wire>> = {
  AccessDenied: [403, "AccessDenied"],
  ExpiredToken: [403, "ExpiredToken"],
  InvalidParameter: [400, "ValidationError"],
  InvalidSignature: [403, "SignatureDoesNotMatch"],
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

export function jsonError({ kind, message, details }: RegistryError): WireError {
  const [status, code] = wire[kind];
  return { status, code, message, details };
}

export function queryError({ kind, message, details }: RegistryError): WireError {
  const [status, code] = queryWire[kind] ?? wire[kind];
  return { status, code: code.replace(/Exception$/, ""), message, details };
}
