import type { Logo } from "./logo.ts";

/** What a publisher says of a repository. Texts are kept as they come: whoever shows them escapes them. */
export interface CatalogData {
  readonly description: string | undefined;
  readonly aboutText: string | undefined;
  readonly usageText: string | undefined;
  readonly architectures: readonly string[];
  readonly operatingSystems: readonly string[];
  /** SHA-256 of the logo, by which its address changes with it. */
  readonly logoDigest: string | undefined;
}

/** The whole entry, anew: what is left out is gone. Source: ECR 11.1, PutRepositoryCatalogData. */
export type CatalogWish = Omit<CatalogData, "logoDigest"> & { readonly logo: Logo | undefined };
