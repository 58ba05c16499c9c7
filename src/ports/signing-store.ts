import type { Digest, Registry } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { ImageSigning, SigningProfile } from "../registry/signing/signing.ts";
import type { TrustedSigner } from "../registry/signing/trusted-signer.ts";
import type { PageRequest } from "./page-request.ts";

/** What signing keeps, as a narrow table of the MetadataStore: the same promises. */
export interface SigningReads {
  findProfile(registry: Registry, name: string): Promise<SigningProfile | undefined>;
  /** By name. */
  listProfiles(registry: Registry, page: PageRequest<string>): Promise<SigningProfile[]>;
  /** By the profile's ARN. */
  ofImage(repository: RepositoryRef, digest: Digest): Promise<ImageSigning[]>;
  /** All of a registry, by name: they are few. */
  trustedSigners(registry: Registry): Promise<TrustedSigner[]>;
}

export interface SigningWrites {
  /** In the place of one of that name. */
  putProfile(profile: SigningProfile): Promise<void>;
  /** In the place of one of that image and profile. The transaction fails where there is no such image. */
  put(signing: ImageSigning): Promise<void>;
  /** In the place of one of that name. */
  putTrustedSigner(signer: TrustedSigner): Promise<void>;
  /** False when there was none. */
  removeTrustedSigner(registry: Registry, name: string): Promise<boolean>;
}
