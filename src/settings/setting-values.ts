/** How the text of a setting becomes a value; each refusal is a sentence that follows the setting's name. */
import { BlockList, isIP } from "node:net";
import { z } from "zod";
import {
  type AuditKind,
  type AuditRetention,
  auditKinds,
  usualRetention,
} from "../registry/audit/audit-kinds.ts";
import { auditLimits } from "../registry/audit/audit-limits.ts";
import { isAccountId, isRegion, publicRegion, type Region } from "../registry/names.ts";
import type { PrivateEndpoint } from "../registry/private-endpoint.ts";

/** Where a listener listens. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A text setting: `read` gives the value or throws a sentence that follows the setting's name. */
function text<T>(read: (value: string) => T) {
  return z.string().transform((value, context) => {
    try {
      return read(value.trim());
    } catch (refusal) {
      context.addIssue({ code: "custom", message: (refusal as Error).message });
      return z.NEVER;
    }
  });
}

function refuse(sentence: string): never {
  throw new Error(sentence);
}

export const path = text((value) => (value.includes("\0") ? refuse("must be a path") : value));

export const listener = text((value): ListenAddress | undefined => {
  if (value === "" || value === "off") return undefined;
  return (
    listenAddress(value) ?? refuse('must be "host:port", for example 127.0.0.1:5050, or "off"')
  );
});

function listenAddress(value: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@]*)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  return { host: match[1] ?? (match[2] || "::"), port };
}

/** A listener of its own for a private endpoint. */
export interface PrivateListener extends ListenAddress {
  readonly endpoint: PrivateEndpoint;
  readonly scheme: "http" | "https";
}

const endpointShape =
  /^(vpce-[0-9a-z]{1,32})=(?:(https?):\/\/)?([^@]+?)(?:@(vpc-[0-9a-z]{1,32}))?$/;

export const privateListeners = text((value): readonly PrivateListener[] => {
  const listeners = new Map<string, PrivateListener>();
  for (const entry of listOf(value)) {
    const [, id = "", scheme = "https", where = "", vpc] = endpointShape.exec(entry) ?? [];
    const address = listenAddress(where);
    if (address === undefined || (scheme !== "http" && scheme !== "https")) {
      const example = "vpce-1a2b3c4d=10.0.0.5:8443@vpc-5e6f7a8b";
      return refuse(`must be endpoints like ${example}, which "${entry}" is not`);
    }
    if (listeners.has(id)) refuse(`names ${id} twice`);
    const twin = [...listeners.values()].find((other) => isSameAddress(other, address));
    if (twin !== undefined) refuse(`gives ${twin.endpoint.id} and ${id} the same address`);
    listeners.set(id, { ...address, scheme, endpoint: { id, vpc } });
  }
  return [...listeners.values()];
});

/** Whether two listeners would want the same port; 0 is another one for each. */
export function isSameAddress(one: ListenAddress, other: ListenAddress): boolean {
  return one.port !== 0 && one.port === other.port && one.host === other.host;
}

export const accountId = text((value) =>
  isAccountId(value) ? value : refuse("must be 12 digits"),
);

/** The word that public registries lie under is no region of anybody's. */
function isServable(value: string): value is Region {
  return isRegion(value) && value !== publicRegion;
}

export const regionName = text((value) =>
  isServable(value) ? value : refuse("must be a region name, for example eu-west-1"),
);

export const regionNames = text((value) => {
  const names = [...new Set(listOf(value))];
  return names.length > 0 && names.every(isServable)
    ? names
    : refuse("must be region names with commas between them, for example us-east-1,eu-west-1");
});

export const domainName = text((value) => {
  const name = value.toLowerCase();
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
  if (name.length > 200 || isIP(name) !== 0 || !name.split(".").every((part) => label.test(part))) {
    refuse("must be a host name, for example registry.example.com");
  }
  return name;
});

export const addresses = text((value) => {
  const list = new BlockList();
  for (const entry of listOf(value)) {
    const [address = "", prefix, ...rest] = entry.split("/");
    const bits = isIP(address) === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (isIP(address) === 0 || rest.length > 0 || length < 0 || length > bits) {
      refuse("must be addresses or CIDRs with commas between them, for example 10.0.0.0/8");
    }
    list.addSubnet(address, length, bits === 128 ? "ipv6" : "ipv4");
  }
  return list;
});

/** Programs by name, each with its arguments: what rules of events may start. */
export const commands = text((value): ReadonlyMap<string, readonly string[]> => {
  const word = z
    .string()
    .max(4_096)
    .refine((each) => !each.includes("\0"));
  const parsed = z
    .record(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), z.array(word).min(1).max(64))
    .safeParse(parseJson(value));
  const found = parsed.success ? Object.entries(parsed.data) : undefined;
  if (found?.every(([, [program = ""]]) => program.startsWith("/"))) return new Map(found);
  return refuse('must be a JSON object like {"deploy": ["/usr/local/bin/deploy", "--now"]}');
});

export function whole(minimum: number, maximum: number) {
  return text((value) => {
    const number = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= minimum && number <= maximum) return number;
    return refuse(`must be a whole number from ${minimum} to ${maximum}`);
  });
}

/** `data-read=30,key-use=0`, or the same as a JSON object; all other kinds as usual. */
export const auditRetention = text((value): AuditRetention => {
  const given = value.startsWith("{") ? entriesOfJson(value) : listOf(value).map(entryOf);
  const days: Record<AuditKind, number> = { ...usualRetention };
  for (const [name, text] of given) {
    const kind = auditKinds.find((known) => known === name);
    if (kind === undefined) {
      return refuse(`names "${name}", which is none of ${auditKinds.join(", ")}`);
    }
    const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= auditLimits.retentionDays)) {
      refuse(`must give ${kind} a whole number of days from 0 to ${auditLimits.retentionDays}`);
    }
    days[kind] = number;
  }
  return days;
});

function entriesOfJson(value: string): (readonly [string, string])[] {
  const parsed = z.record(z.string(), z.number()).safeParse(parseJson(value));
  if (!parsed.success) return refuse("must be a JSON object of numbers of days");
  return Object.entries(parsed.data).map(([kind, days]) => [kind, String(days)]);
}

function entryOf(entry: string): readonly [string, string] {
  const mark = entry.indexOf("=");
  if (mark < 0)
    return refuse(`must be kinds with days, like data-read=30, which "${entry}" is not`);
  return [entry.slice(0, mark).trim(), entry.slice(mark + 1).trim()];
}

export const accessKeyId = text((value) =>
  /^\w{4,128}$/.test(value) ? value : refuse("must be 4 to 128 letters and digits"),
);

export const secretAccessKey = text((value) =>
  /^[\x21-\x7e]{16,128}$/.test(value)
    ? value
    : refuse("must be 16 to 128 characters without spaces"),
);

/** A key of KMS that holds the master key. Credentials come from the SDK's own sources. */
export interface KmsAddress {
  readonly keyArn: string;
  readonly region: string;
  readonly endpoint: string | undefined;
}

const keyArn = /^arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]{1,200}$/;

/** `aws-kms://<key ARN>?endpoint=<URL>`. */
function toKmsAddress(value: string): KmsAddress {
  const [, arn = "", query = ""] = /^aws-kms:\/\/([^?]*)(?:\?(.*))?$/.exec(value) ?? [];
  const region = keyArn.exec(arn)?.[1];
  if (region === undefined) {
    return refuse(
      "must be like aws-kms://arn:aws:kms:eu-west-1:111122223333:key/…, with the ARN of a key and not " +
        "of an alias",
    );
  }
  const options = new URLSearchParams(query);
  const unknown = [...options.keys()].find((name) => name !== "endpoint");
  if (unknown !== undefined) refuse(`has the option "${unknown}"; known is endpoint`);
  const endpoint = options.get("endpoint") || undefined;
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:\/\//.test(endpoint))) {
    refuse("has an endpoint that is no http:// or https:// URL");
  }
  return { keyArn: arn, region, endpoint };
}

function toMasterKey(value: string): Uint8Array {
  const bytes = Buffer.from(value, "base64");
  const isWhole = bytes.length === 32 && bytes.toString("base64") === value;
  return isWhole
    ? bytes
    : refuse('must be 32 bytes in base64, as "openssl rand -base64 32" prints them');
}

export const masterKey = text(toMasterKey);

export const kmsAddress = text(toKmsAddress);

/** The master key itself, or who holds it. */
export const masterKeyOrAddress = text((value): { key?: Uint8Array; kms?: KmsAddress } =>
  value.startsWith("aws-kms:") ? { kms: toKmsAddress(value) } : { key: toMasterKey(value) },
);

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof logLevels)[number];

export const logLevel = text(
  (value): LogLevel =>
    logLevels.find((level) => level === value) ?? refuse(`must be one of ${logLevels.join(", ")}`),
);

/** A database that speaks PostgreSQL's protocol, as its URL names it. */
export const database = text((value) => {
  const isPostgres = /^postgres(ql)?:\/\/[^/?#]+\/[^/?#]+/.test(value);
  return isPostgres
    ? value
    : refuse(
        "must be a URL like postgres://user:password@host:5432/database; leave it unset to use " +
          "SQLite in the data directory",
      );
});

/** Who encrypts what is in the bucket, and with that how layers reach the client. */
export type StoreEncryption =
  | { readonly by: "entrepot" }
  | { readonly by: "store"; readonly kmsKeyId: string | undefined };

/** A bucket of an S3-compatible store. Credentials come from the SDK's own sources. */
export interface S3Address {
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly encryption: StoreEncryption;
  /** The store's class for what is archived; without one nothing moves. */
  readonly archiveClass: string | undefined;
}

const s3Options = ["endpoint", "region", "encryption", "kms-key-id", "archiveClass"];
/** Those that give an object at once, whoever asks. */
const archiveClasses = ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];
const frozenClasses = ["GLACIER", "DEEP_ARCHIVE"];

export const blobs = text((value): S3Address => {
  const url = /^s3:\/\/./.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) {
    return refuse(
      "must be a URL like s3://bucket/prefix?endpoint=https://host&region=us-east-1; leave it " +
        "unset to use a folder in the data directory",
    );
  }
  const unknown = [...url.searchParams.keys()].find((name) => !s3Options.includes(name));
  if (unknown !== undefined)
    refuse(`has the option "${unknown}"; known are ${s3Options.join(", ")}`);
  const option = (name: string) => url.searchParams.get(name) || undefined;
  const endpoint = option("endpoint");
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:\/\//.test(endpoint))) {
    refuse("has an endpoint that is no http:// or https:// URL");
  }
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  return {
    bucket: url.host,
    prefix: prefix === "" ? "" : `${prefix}/`,
    endpoint,
    region: option("region"),
    encryption: storeEncryption(option("encryption") ?? "entrepot", option("kms-key-id")),
    archiveClass: archiveClass(option("archiveClass")),
  };
});

function archiveClass(name: string | undefined): string | undefined {
  if (name === undefined || archiveClasses.includes(name)) return name;
  return refuse(
    frozenClasses.includes(name)
      ? `has archiveClass=${name}, whose objects can not be read before they were restored for hours, so ` +
          "that pulls of layers that an image in use shares, and entrepot fsck, would fail: choose GLACIER_IR"
      : `has an archiveClass that is none of ${archiveClasses.join(", ")}`,
  );
}

function storeEncryption(by: string, kmsKeyId: string | undefined): StoreEncryption {
  if (by === "sse-kms") return { by: "store", kmsKeyId };
  if (kmsKeyId !== undefined) refuse("has a kms-key-id, which goes with encryption=sse-kms alone");
  if (by === "sse-s3") return { by: "store", kmsKeyId: undefined };
  return by === "entrepot"
    ? { by }
    : refuse("has an encryption that is none of entrepot, sse-s3 and sse-kms");
}

export const yesOrNo = text((value): boolean => {
  if (value === "true" || value === "false") return value === "true";
  return refuse('must be "true" or "false"');
});

export const roles = ["all", "api", "worker"] as const;
export type Role = (typeof roles)[number];

export const role = text(
  (value): Role =>
    roles.find((name) => name === value) ?? refuse(`must be one of ${roles.join(", ")}`),
);

function listOf(value: string): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The value, or `undefined` for text that is no JSON: a shape check that follows says so. */
export function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined; // Not an error here: see above.
  }
}

/** Whether only this machine can reach a listener on that host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether the list holds the address, also when it is an IPv4 address in IPv6 clothes. */
export function inList(list: BlockList, address: string): boolean {
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? "ipv6" : "ipv4");
}
