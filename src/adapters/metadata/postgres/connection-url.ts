/**
 * `postgres://user:password@host:port,host:port/database?…` as libpq reads it. Nothing that is thrown
 * here repeats what was given: a password may be in it.
 */
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

export interface PostgresHost {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

export interface PostgresAddress {
  readonly hosts: readonly PostgresHost[];
  readonly database: string;
  readonly user: string;
  /** Absent where the environment (PGPASSWORD) or no one has one. */
  readonly password: string | undefined;
  readonly tls: ConnectionOptions | false;
  readonly applicationName: string;
  /** False for poolers that give every transaction another server process. */
  readonly prepares: boolean;
  /** Whether a server must let writes in by default, beyond not being a standby. */
  readonly readWrite: boolean;
  readonly connectTimeoutMs: number | undefined;
  readonly poolSize: number | undefined;
}

const form =
  /^postgres(?:ql)?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

const known = [
  "application_name",
  "connect_timeout",
  "host",
  "password",
  "pool_size",
  "port",
  "prepare",
  "sslcert",
  "sslkey",
  "sslmode",
  "sslrootcert",
  "target_session_attrs",
  "user",
] as const;
type Options = { readonly [Name in (typeof known)[number]]?: string };

const defaultPort = "5432";

/** @throws with a sentence for the operator, which never repeats the URL */
export function parseConnectionUrl(url: string): PostgresAddress {
  const parts = form.exec(url);
  if (parts === null) {
    throw new Error(
      "The database's URL is not of the form postgres://user:password@host:port/database " +
        "(special characters of the password are percent-encoded)",
    );
  }
  const [, user = "", password = "", authority = "", path = "", query = ""] = parts;
  const options = readOptions(query);
  const hosts = readHosts(options, authority);
  const name = options.user ?? decode(user);
  if (name === "") throw new Error("The database's URL names no user");
  return {
    hosts,
    user: name,
    password: options.password ?? (password === "" ? undefined : decode(password)),
    database: decode(path) || name,
    tls: readTls(options, hosts),
    applicationName: options.application_name ?? "entrepot",
    prepares: readSwitch("prepare", options.prepare ?? "true"),
    readWrite: readTarget(options.target_session_attrs),
    connectTimeoutMs: readNumber("connect_timeout", options.connect_timeout, 1_000),
    poolSize: readNumber("pool_size", options.pool_size, 1),
  };
}

/** For sentences: hosts and database, and nothing secret. */
export function describeAddress({ hosts, database }: PostgresAddress): string {
  return `${hosts.map(describeHost).join(",")}/${database}`;
}

export function describeHost({ host, port }: PostgresHost): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Its message would repeat the text.
    throw new Error("The database's URL has a percent sign that encodes no character");
  }
}

function readOptions(query: string): Options {
  const options: Record<string, string> = {};
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.split("=");
    if (!known.some((each) => each === name)) {
      throw new Error(
        `The database's URL has the option '${decode(name)}', and Entrepot knows ${known.join(", ")}`,
      );
    }
    options[name] = decode(value.join("="));
  }
  return options;
}

function readHosts(options: Options, authority: string): PostgresHost[] {
  const ports = (options.port ?? "").split(",");
  const texts = options.host === undefined ? authority.split(",") : options.host.split(",");
  return texts.map((text, index) => {
    const bracketed = /^\[([^\]]+)\](?::(\d*))?$/.exec(text);
    const plain = options.host === undefined ? /^([^:]*)(?::(\d*))?$/.exec(text) : [text, text];
    const [, host = "", port = ""] = bracketed ?? plain ?? [];
    const shared = ports.length === 1 ? ports[0] : ports[index];
    const number = Number(port || shared || defaultPort);
    if (host === "" || !(number > 0 && number < 65_536)) {
      throw new Error("The database's URL names a host or port that can not be");
    }
    return { host: decode(host), port: number };
  });
}

function readTls(options: Options, hosts: readonly PostgresHost[]): ConnectionOptions | false {
  const isLocal = hosts.every(({ host }) => isOnThisMachine(host));
  // Differs from libpq, which falls back to plain text when nothing is said.
  const mode = options.sslmode ?? (isLocal ? "disable" : "verify-full");
  if (mode === "disable") return false;
  const files = {
    ...(options.sslrootcert === undefined || options.sslrootcert === "system"
      ? {}
      : { ca: readOptionFile("sslrootcert", options.sslrootcert) }),
    ...(options.sslcert === undefined ? {} : { cert: readOptionFile("sslcert", options.sslcert) }),
    ...(options.sslkey === undefined ? {} : { key: readOptionFile("sslkey", options.sslkey) }),
  };
  switch (mode) {
    case "require":
      // As in libpq: with an authority given, it is verified.
      return "ca" in files ? anyName(files) : { ...files, rejectUnauthorized: false };
    case "verify-ca":
      if ("ca" in files) return anyName(files);
      throw new Error(
        "sslmode=verify-ca needs sslrootcert: any name will do, so not any authority can",
      );
    case "verify-full":
      return files;
    case "allow":
    case "prefer":
      throw new Error(
        `sslmode=${mode} would fall back to plain text unnoticed, and Entrepot does not: ` +
          "say verify-full (recommended), verify-ca, require or disable",
      );
    default:
      throw new Error(
        `'${mode}' is no sslmode: say verify-full (recommended), verify-ca, require or disable`,
      );
  }
}

function anyName(files: ConnectionOptions): ConnectionOptions {
  return { ...files, checkServerIdentity: () => undefined };
}

function isOnThisMachine(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\./.test(host);
}

function readOptionFile(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Error(`The file that ${name} of the database's URL names can not be read`, { cause });
  }
}

function readTarget(text: string | undefined): boolean {
  if (text === undefined || text === "primary") return false;
  if (text === "read-write") return true;
  throw new Error("target_session_attrs of the database's URL is read-write or primary");
}

function readSwitch(name: string, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new Error(`${name} of the database's URL is true or false`);
}

function readNumber(name: string, text: string | undefined, unit: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= 1_000) return number * unit;
  throw new Error(`${name} of the database's URL is a whole number from 1 to 1000`);
}
