import type { Logger } from "../adapters/telemetry/log.ts";
import type { TlsCertificates } from "../adapters/tls/tls-certificate.ts";
import type { Config } from "../config.ts";
import type { Listeners } from "../doors/listeners/listeners.ts";

/** Whether anything listens for TLS. */
export function servesTls({ https, privateListeners }: Config): boolean {
  return https !== undefined || privateListeners.some(({ scheme }) => scheme === "https");
}

interface Parts {
  readonly listeners: Listeners;
  readonly certificates: TlsCertificates;
  readonly log: Logger;
}

/** What the settings say to listen on: the ports that were taken, and the certificate that is shown. */
export class OpenListeners {
  readonly #config: Config;
  readonly #parts: Parts;
  readonly #endpointPorts = new Map<string, number>();
  #httpPort: number | undefined;
  #httpsPort: number | undefined;
  #publicPort: number | undefined;
  #shownCertificate = "";

  constructor(config: Config, parts: Parts) {
    this.#config = config;
    this.#parts = parts;
  }

  /** By what they are for; `undefined` where the listener is off. */
  get ports(): Record<"httpPort" | "httpsPort" | "publicPort", number | undefined> {
    return { httpPort: this.#httpPort, httpsPort: this.#httpsPort, publicPort: this.#publicPort };
  }

  /** Of the private endpoints, by their ids. */
  get endpointPorts(): ReadonlyMap<string, number> {
    return this.#endpointPorts;
  }

  /** @throws with what the system says of a port that cannot be had */
  async open(): Promise<void> {
    const { http, https, mirror } = this.#config;
    const { listeners, certificates } = this.#parts;
    if (http !== undefined) this.#httpPort = await listeners.listenHttp(http);
    await this.#openPublic();
    if (mirror !== undefined) await listeners.listenFor("mirror", mirror.address);
    await this.#openEndpoints("http", (...at) => listeners.listenHttp(...at));
    if (!servesTls(this.#config)) return;
    const certificate = await certificates.current();
    this.#shownCertificate = certificate.cert;
    if (https !== undefined) this.#httpsPort = await listeners.listenHttps(https, certificate);
    await this.#openEndpoints("https", (address, endpoint) =>
      listeners.listenHttps(address, certificate, endpoint),
    );
  }

  /** Shows the certificate that is right now. */
  async refreshCertificate(): Promise<void> {
    if (!servesTls(this.#config)) return;
    const certificate = await this.#parts.certificates.current();
    if (certificate.cert === this.#shownCertificate) return;
    this.#shownCertificate = certificate.cert;
    this.#parts.listeners.setCertificate(certificate);
    this.#parts.log.info({ event: "certificate" }, "another certificate is in use");
  }

  async #openEndpoints(wanted: "http" | "https", listen: Listeners["listenHttp"]): Promise<void> {
    for (const { endpoint, scheme, ...address } of this.#config.privateListeners) {
      if (scheme !== wanted) continue;
      this.#endpointPorts.set(endpoint.id, await listen(address, endpoint));
    }
  }

  /** @throws only where the listener was asked for: by default it is there if it can be had */
  async #openPublic(): Promise<void> {
    const { publicHttp } = this.#config;
    if (publicHttp === undefined) return;
    try {
      this.#publicPort = await this.#parts.listeners.listenFor("public", publicHttp);
    } catch (err) {
      if (publicHttp.isAskedFor || (err as NodeJS.ErrnoException).code !== "EADDRINUSE") throw err;
      const sentence = "the public registry has no port of its own: ENTREPOT_PUBLIC_HTTP is taken";
      this.#parts.log.warn({ event: "listener", ...publicHttp }, sentence);
    }
  }
}
