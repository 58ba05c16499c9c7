/** Of a statement in a bundle of Sigstore. */
export const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** Of a statement that says nothing but that the image is signed. Source: cosign 3, `cosign sign`. */
export const cosignPredicateType = "https://sigstore.dev/cosign/sign/v1";
/** Of the text that cosign signed before there were bundles. */
export const simpleSigningType = "application/vnd.dev.cosign.simplesigning.v1+json";
/** Of Notation's signatures, and of their envelopes. */
export const notationType = "application/vnd.cncf.notary.signature";
export const jwsType = "application/jose+json";
export const coseType = "application/cose";

const layerTypes: ReadonlySet<string> = new Set([
  ...[simpleSigningType, bundleType, jwsType, coseType],
  "application/vnd.dsse.envelope.v1+json",
]);

/** Whether a layer of that type is a signature or a signed statement: what has one is not signed. */
export function isSignatureLayer(mediaType: string): boolean {
  return layerTypes.has(mediaType);
}
