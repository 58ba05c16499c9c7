/** What a TLS listener shows, as PEM texts. */
export interface TlsCertificate {
  /** The server's certificate, then those that lead to its authority. */
  readonly cert: string;
  readonly key: string;
}

/** Where the certificate of the TLS listener comes from. */
export interface TlsCertificates {
  /**
   * The certificate to use now, renewed if it was due.
   * @throws TlsCertificateError when there is none that a client could accept
   */
  current(): Promise<TlsCertificate>;
}

/** A certificate or key that cannot be used; the sentence names the file. */
export class TlsCertificateError extends Error {
  override readonly name = "TlsCertificateError";
}
