import { unsupported } from "../../registry/kms/kms-error.ts";

/** What KMS makes keys of and for. Source: KMS API, CreateKey. */
export const keyUsages = [
  ...(["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"] as const),
  "KEY_ENCAPSULATION",
] as const;

export const keySpecs = [
  ...(["SYMMETRIC_DEFAULT", "RSA_2048", "RSA_3072", "RSA_4096", "SM2"] as const),
  ...(["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"] as const),
  ...(["ECC_NIST_EDWARDS25519", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87"] as const),
  ...(["HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"] as const),
] as const;

export const origins = ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"] as const;

export interface KeyKind {
  readonly KeyUsage: string;
  readonly CustomerMasterKeySpec?: string | undefined;
  readonly KeySpec?: string | undefined;
  readonly Origin: string;
  readonly CustomKeyStoreId?: string | undefined;
  readonly MultiRegion: boolean;
  readonly XksKeyId?: string | undefined;
}

/** Keys here are symmetric, are made here, and stay in their region. @throws UnsupportedOperation */
export function requireSupported(kind: KeyKind): void {
  const spec = kind.KeySpec ?? kind.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
  if (kind.MultiRegion) {
    throw unsupported(
      "Multi-Region keys are not supported: a key stays in the region it is made in.",
    );
  }
  if (spec !== "SYMMETRIC_DEFAULT") {
    throw unsupported(`KeySpec ${spec} is not supported: keys are SYMMETRIC_DEFAULT.`);
  }
  if (kind.KeyUsage !== "ENCRYPT_DECRYPT") {
    throw unsupported(`KeyUsage ${kind.KeyUsage} is not supported: keys are for ENCRYPT_DECRYPT.`);
  }
  if (kind.Origin !== "AWS_KMS") {
    throw unsupported(`Origin ${kind.Origin} is not supported: key material is made by KMS.`);
  }
  if (kind.CustomKeyStoreId !== undefined || kind.XksKeyId !== undefined) {
    throw unsupported("Custom key stores are not supported.");
  }
}
