import { once } from "node:events";
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate } from "node:tls";
import { connectOptions } from "./connections.ts";
import type { Destination } from "./destination.ts";
import type { RequestWatch } from "./request-watch.ts";

/** A certificate that a server showed, which proves nothing by itself. */
export interface ShownCertificate {
  /** PEM. */
  readonly certificate: string;
  /** SHA-1, 40 hexadecimal digits in lower case. */
  readonly thumbprint: string;
}

/** More certificates than any chain that OpenSSL follows by default. */
const chainLength = 100;

/**
 * The top certificate of those that the server shows: where the way from its own certificate over
 * issuers ends. Nothing is believed and nothing is sent; whoever uses the certificate must verify
 * the chain up to it in a connection of its own.
 */
export async function topCertificateShown(
  destination: Destination,
  watch: RequestWatch,
): Promise<ShownCertificate> {
  const { hostname } = destination;
  const socket = connect({
    ...connectOptions(destination),
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ca: [],
    rejectUnauthorized: false,
  });
  try {
    await watch.orEnd(once(socket, "secureConnect"));
    return topOf(socket.getPeerCertificate(true));
  } finally {
    socket.on("error", () => undefined); // It was looked at; how it ends is of no interest.
    socket.destroy();
  }
}

function topOf(own: DetailedPeerCertificate): ShownCertificate {
  let top = own;
  for (let above = 0; above < chainLength; above += 1) {
    const issuer = top.issuerCertificate;
    if (issuer === undefined || issuer.fingerprint256 === top.fingerprint256) break;
    top = issuer;
  }
  const lines = top.raw.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    certificate: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join(
      "\n",
    ),
    thumbprint: top.fingerprint.replaceAll(":", "").toLowerCase(),
  };
}
