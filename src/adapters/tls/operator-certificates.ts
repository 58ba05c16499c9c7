import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock } from "../../ports/clock.ts";
import {
  type TlsCertificate,
  TlsCertificateError,
  type TlsCertificates,
} from "./tls-certificate.ts";

/** The operator's own certificate and key, read anew each time, so that SIGHUP takes a renewed one. */
export class OperatorCertificates implements TlsCertificates {
  readonly #files: { readonly certificateFile: string; readonly keyFile: string };
  readonly #clock: Clock;

  constructor(files: { certificateFile: string; keyFile: string }, clock: Clock) {
    this.#files = files;
    this.#clock = clock;
  }

  async current(): Promise<TlsCertificate> {
    const certificateName = `ENTREPOT_TLS_CERT (${this.#files.certificateFile})`;
    const keyName = `ENTREPOT_TLS_KEY (${this.#files.keyFile})`;
    const cert = await textOf(this.#files.certificateFile, certificateName);
    const key = await textOf(this.#files.keyFile, keyName);
    const certificate = parse(
      `${certificateName} is no certificate in PEM`,
      () => new X509Certificate(cert),
    );
    const privateKey = parse(`${keyName} is no private key in PEM without a password`, () =>
      createPrivateKey(key),
    );
    if (!certificate.checkPrivateKey(privateKey)) {
      throw new TlsCertificateError(
        `${keyName} is not the key of the first certificate in ${certificateName}.`,
      );
    }
    if (Date.parse(certificate.validTo) <= this.#clock.now()) {
      throw new TlsCertificateError(`${certificateName} expired on ${certificate.validTo}.`);
    }
    return { cert, key };
  }
}

async function textOf(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new TlsCertificateError(`${name} cannot be read: ${(error as Error).message}.`);
  }
}

function parse<T>(refusal: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new TlsCertificateError(`${refusal}: ${(error as Error).message}.`);
  }
}
