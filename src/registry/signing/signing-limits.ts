const day = 24 * 60 * 60_000;

/** Bounds and times of signing. */
export const signingLimits = {
  /** Of a signing configuration. Source: ECR API, SigningConfiguration. */
  rules: 10,
  /** Of a rule. Source: ECR API, SigningRule. */
  filters: 100,
  /** That a registry can have. */
  profiles: 100,
  /** Of a profile. Source: Signer API model, TagMap. */
  tags: 200,
  /** Of the predicate of a statement. */
  predicateBytes: 1_048_576,
  /** Clocks that are behind shall not take a certificate for one of the future. */
  clockSkewMs: 60 * 60_000,
  /** That a registry can trust. */
  trustedSigners: 100,
  /** Of a key or certificate in PEM. */
  pemCharacters: 16_384,
  /** Of a trusted signer. */
  signerRepositories: 20,
  subjectParts: 10,
  subjectCharacters: 256,
  /** Manifests with signatures that are looked at, of each image and index. */
  signatureManifests: 100,
  /** Of one manifest: the first ones. */
  signaturesPerManifest: 10,
  /** Indexes above an image whose signatures speak for it. */
  signedParents: 20,
  /** Of what a signature is in: a longer one is not read. */
  envelopeBytes: 2 * 1_048_576,
  /** Certificates that come with a signature. */
  chainCertificates: 10,
  authorityMs: 30 * 365 * day,
  /** Of a profile's certificate: longer than the longest validity of a signature, 135 months. */
  certificateMs: 12 * 365 * day,
} as const;
