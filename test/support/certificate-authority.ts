/** A certificate authority that nobody knows, for servers in tests. */
import { createHash, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { issueCertificate } from "../../src/adapters/tls/issue-certificate.ts";

export interface ServerCertificate {
  /** The server's certificate, then what was asked to go with it. PEM. */
  readonly cert: string;
  readonly key: string;
}

const hour = 3600 * 1000;

export class CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  readonly #commonName: string;
  readonly #key: KeyObject;

  private constructor(commonName: string, issuer: CertificateAuthority | undefined) {
    this.#commonName = commonName;
    this.#key = newKey();
    this.certificate = issueCertificate({
      subject: this.#party,
      issuer: issuer === undefined ? this.#party : issuer.#party,
      names: undefined,
      ...dates(),
    });
  }

  static root(commonName = "Test root"): CertificateAuthority {
    return new CertificateAuthority(commonName, undefined);
  }

  /** SHA-1 of the certificate, as IAM names it. */
  get thumbprint(): string {
    return thumbprintOf(this.certificate);
  }

  /** An authority below this one. A chain over both breaks this one's path length, which is 0. */
  intermediate(commonName = "Test intermediate"): CertificateAuthority {
    return new CertificateAuthority(commonName, this);
  }

  /** A certificate for a server. `shown` are certificates that the server sends after its own. */
  issue(
    names: readonly string[],
    { shown = [], notAfter }: { shown?: readonly string[]; notAfter?: number } = {},
  ): ServerCertificate {
    const key = newKey();
    const certificate = issueCertificate({
      subject: { commonName: names[0] ?? "", key },
      issuer: this.#party,
      names,
      ...dates(),
      ...(notAfter !== undefined && { notBefore: notAfter - hour, notAfter }),
    });
    return {
      cert: [certificate, ...shown].join(""),
      key: key.export({ type: "pkcs8", format: "pem" }).toString(),
    };
  }

  get #party() {
    return { commonName: this.#commonName, key: this.#key };
  }
}

export function thumbprintOf(certificate: string): string {
  return createHash("sha1").update(new X509Certificate(certificate).raw).digest("hex");
}

function dates() {
  return { notBefore: Date.now() - hour, notAfter: Date.now() + 24 * hour };
}

function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}
