import { join } from "node:path";
import { LocalCertificates } from "../adapters/tls/local-certificates.ts";
import { OperatorCertificates } from "../adapters/tls/operator-certificates.ts";
import type { TlsCertificates } from "../adapters/tls/tls-certificate.ts";
import type { Config } from "../config.ts";
import type { Clock } from "../ports/clock.ts";
import { registryHost } from "../registry/deployment.ts";

/** The operator's certificate, or those of the local authority for every name that the server has. */
export function certificatesOf(config: Config, clock: Clock): TlsCertificates {
  if (config.tls !== undefined) return new OperatorCertificates(config.tls, clock);
  const { domain, account, regions, https, privateListeners } = config;
  const registries = regions.flatMap((region) => [
    registryHost(config, { account, region }),
    `*.dkr.ecr.${region}.${domain}`,
    `api.ecr.${region}.${domain}`,
    `kms.${region}.${domain}`,
  ]);
  const hosts = [https, ...privateListeners.filter(({ scheme }) => scheme === "https")]
    .flatMap((listener) => listener?.host ?? [])
    .filter((host) => !["0.0.0.0", "::"].includes(host));
  return new LocalCertificates({
    directory: join(config.dataDirectory, "tls"),
    names: [
      ...["localhost", "127.0.0.1", "::1", domain, `*.${domain}`, `public.ecr.${domain}`],
      ...hosts,
      ...registries,
    ],
    clock,
  });
}
