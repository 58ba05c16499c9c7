import type { Logger } from "../adapters/telemetry/log.ts";
import type { TlsCertificates } from "../adapters/tls/tls-certificate.ts";
import type { Config } from "../config.ts";
import type { Listeners } from "../doors/listeners/listeners.ts";
import type { ListenAddress } from "../settings/setting-values.ts";
import type { SettingName } from "../settings/settings.ts";

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

  /** @throws with a sentence for the operator where a port cannot be had */
  async open(): Promise<void> {
    const { http, https, mirror } = this.#config;
    const { listeners, certificates } = this.#parts;
    if (http !== undefined) {
      this.#httpPort = await had("ENTREPOT_HTTP", http, () => listeners.listenHttp(http));
    }
    await this.#openPublic();
    if (mirror !== undefined) {
      const { address } = mirror;
      await had("ENTREPOT_MIRROR_HTTP", address, () => listeners.listenFor("mirror", address));
    }
    await this.#openEndpoints("http", (...at) => listeners.listenHttp(...at));
    if (!servesTls(this.#config)) return;
    const certificate = await certificates.current();
    this.#shownCertificate = certificate.cert;
    if (https !== undefined) {
      const listen = () => listeners.listenHttps(https, certificate);
      this.#httpsPort = await had("ENTREPOT_HTTPS", https, listen);
    }
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
      const port = await had("ENTREPOT_PRIVATE_ENDPOINTS", address, () =>
        listen(address, endpoint),
      );
      this.#endpointPorts.set(endpoint.id, port);
    }
  }

  /** @throws only where the listener was asked for: by default it is there if it can be had */
  async #openPublic(): Promise<void> {
    const { publicHttp } = this.#config;
    if (publicHttp === undefined) return;
    const listen = () => this.#parts.listeners.listenFor("public", publicHttp);
    try {
      this.#publicPort = await had("ENTREPOT_PUBLIC_HTTP", publicHttp, listen);
    } catch (err) {
      if (publicHttp.isAskedFor || codeOf((err as Error).cause) !== "EADDRINUSE") throw err;
      const sentence = "the public registry has no port of its own: ENTREPOT_PUBLIC_HTTP is taken";
      this.#parts.log.warn({ event: "listener", ...publicHttp }, sentence);
    }
  }
}

/** What an operator can do where the system does not give a port. */
const portProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: "where another program listens already: end that one, or name another address",
  EACCES: "where this user may not listen: name a port from 1024 on, or give it that right",
  EADDRNOTAVAIL: "which is no address of this machine",
};

/** @throws with the setting and what to do, where it is known */
async function had<Port>(
  setting: SettingName,
  { host, port }: ListenAddress,
  listen: () => Promise<Port>,
): Promise<Port> {
  try {
    return await listen();
  } catch (error) {
    const problem = portProblems[codeOf(error)];
    if (problem === undefined) throw error;
    const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    throw new Error(`${setting} is ${address}, ${problem}.`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code);
}
