import { notationPlatform } from "../../registry/signing/signing.ts";

interface Options {
  readonly allowedValues: readonly string[];
  readonly defaultValue: string;
}

/** How something can be signed. Source: AWS Signer API model, SigningPlatform. */
export interface SigningPlatform {
  readonly platformId: string;
  readonly displayName: string;
  readonly partner: string;
  readonly target: string;
  readonly category: string;
  readonly signingConfiguration: {
    readonly encryptionAlgorithmOptions: Options;
    readonly hashAlgorithmOptions: Options;
  };
  readonly signingImageFormat: {
    readonly supportedFormats: readonly string[];
    readonly defaultFormat: string;
  };
  readonly maxSizeInMB: number;
  readonly revocationSupported: boolean;
}

/** The only one that is for images. What is signed is a descriptor, whatever the image's size. */
export const imagePlatform: SigningPlatform = {
  platformId: notationPlatform,
  displayName: "Notation for container registries",
  partner: "Notation",
  target: "SHA384-ECDSA",
  category: "AWS",
  signingConfiguration: {
    encryptionAlgorithmOptions: { allowedValues: ["ECDSA"], defaultValue: "ECDSA" },
    hashAlgorithmOptions: { allowedValues: ["SHA384"], defaultValue: "SHA384" },
  },
  signingImageFormat: { supportedFormats: ["JSONEmbedded"], defaultFormat: "JSONEmbedded" },
  maxSizeInMB: 1,
  // Differs from AWS Signer: nothing is revoked by it here; a profile is cancelled.
  revocationSupported: false,
};
