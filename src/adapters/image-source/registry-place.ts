/** Where an image is in a registry, and how it is asked for. */
export interface RegistryPlace {
  /** `https://registry.example.com` */
  readonly origin: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** As it was named. */
  readonly name: string;
  /** `user:password` in base64; absent where nobody logs in. */
  readonly basic?: string | undefined;
  /** Certificates that are trusted beside the public ones. */
  readonly authorities?: readonly string[];
  /** Whether it may be asked without TLS: by default where the operator listed it. */
  readonly plainHttp?: "listed" | "anywhere";
}
