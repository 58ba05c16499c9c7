/** Who is told audit records as they come: the operator's decision. */
import { z } from "zod";
import { forwardLimits } from "../registry/trails/forward-limits.ts";

const facilityNames = [
  ...["audit", "auth", "authpriv", "local0", "local1", "local2", "local3"],
  ...["local4", "local5", "local6", "local7"],
] as const;
const protocols = ["udp", "tcp", "tls"] as const;

/** A syslog server. */
export interface SyslogAddress {
  readonly protocol: (typeof protocols)[number];
  readonly host: string;
  readonly port: number;
  readonly facility: (typeof facilityNames)[number];
  readonly maxBytes: number;
  /** PEM files. */
  readonly caFile?: string | undefined;
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

function read<T>(value: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return value(text.trim());
    } catch (refusal) {
      context.addIssue({ code: "custom", message: (refusal as Error).message });
      return z.NEVER;
    }
  });
}

function refuse(sentence: string): never {
  throw new Error(sentence);
}

/** `tls://logs.example.com:6514?facility=local4&bytes=8192&ca=/etc/ssl/logs.pem`. */
export const auditSyslog = read((value): SyslogAddress => {
  const url = URL.parse(value);
  const protocol = protocols.find((known) => url?.protocol === `${known}:`);
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  const isBare = url?.pathname === "" || url?.pathname === "/";
  if (url === null || protocol === undefined || host === "" || url.port === "" || !isBare) {
    return refuse("must be like udp://host:514, tcp://host:514 or tls://host:6514");
  }
  if (url.username !== "" || url.password !== "") refuse("must not hold a password");
  const isTls = protocol === "tls";
  const known = ["facility", "bytes", ...(isTls ? ["ca", "cert", "key"] : [])];
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    refuse(`has the option "${unknown}"; ${protocol} knows ${known.join(", ")}`);
  }
  const option = (name: string) => url.searchParams.get(name) ?? undefined;
  if ((option("cert") === undefined) !== (option("key") === undefined)) {
    refuse("has one of cert and key, which belong together");
  }
  const wanted = option("facility") ?? "audit";
  const facility =
    facilityNames.find((name) => name === wanted) ??
    refuse(`has the facility "${wanted}"; known are ${facilityNames.join(", ")}`);
  return {
    ...{ protocol, host, port: Number(url.port), facility },
    maxBytes: bytesOf(option("bytes"), protocol),
    ...{ caFile: option("ca"), certificateFile: option("cert"), keyFile: option("key") },
  };
});

function bytesOf(text: string | undefined, protocol: SyslogAddress["protocol"]): number {
  const { datagramBytes, streamBytes, messageBytes } = forwardLimits;
  const isDatagram = protocol === "udp";
  if (text === undefined) return isDatagram ? datagramBytes : streamBytes;
  const most = isDatagram ? messageBytes.datagram : messageBytes.stream;
  const bytes = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (bytes >= messageBytes.least && bytes <= most) return bytes;
  return refuse(`has bytes that are not from ${messageBytes.least} to ${most}`);
}

/** `http://collector:4318/v1/logs`. */
export const auditOtlp = read((value): string => {
  const url = /^https?:\/\//.test(value) ? URL.parse(value) : null;
  if (url === null) return refuse("must be a URL like http://127.0.0.1:4318/v1/logs");
  if (url.username !== "" || url.password !== "") refuse("must not hold a password");
  return url.href;
});
