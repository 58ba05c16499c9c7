/**
 * The settings: flag, then environment, then `entrepot.json`, then default. The only reader of
 * `process.env`.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { AuditRetention } from "./registry/audit/audit-kinds.ts";
import { defaultPrices } from "./registry/cost/default-prices.ts";
import type { PriceTable } from "./registry/cost/price-table.ts";
import { PriceError, parsePriceTable } from "./registry/cost/read-price-table.ts";
import { editDistance } from "./registry/policy/edit-distance.ts";
import type { UpstreamRules } from "./registry/pull-through-cache/upstream-rules.ts";
import { listenerProblems } from "./settings/listener-problems.ts";
import {
  inList,
  type KmsAddress,
  type ListenAddress,
  type LogLevel,
  masterKey,
  type PrivateListener,
  parseJson,
  type Role,
  type S3Address,
} from "./settings/setting-values.ts";
import { jsonKeyOf, type SettingName, settingNames, settings } from "./settings/settings.ts";
import type { DestinationOf, TraceAddress } from "./settings/telemetry-settings.ts";
import type { VulnerabilityFeeds } from "./settings/vulndb-settings.ts";

/** Refusals of settings, each a sentence that names the setting. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[]) {
    super(sentences.join("\n"));
    this.sentences = sentences;
  }
}

const dayMs = 86_400_000;

type Value<Name extends SettingName> = z.output<(typeof settings)[Name][0]>;
type Read = <Name extends SettingName>(name: Name) => Value<Name> | undefined;
type Given = (name: SettingName) => string | undefined;

/** An empty value of these says something; of all others it means that they are not set. */
const mayBeEmpty: readonly SettingName[] = [
  "ENTREPOT_HTTP",
  "ENTREPOT_HTTPS",
  "ENTREPOT_PUBLIC_HTTP",
  "ENTREPOT_MIRROR_HTTP",
];

/** What the settings say, checked. */
export interface Config {
  /** Absolute. */
  readonly dataDirectory: string;
  readonly http: ListenAddress | undefined;
  readonly https: ListenAddress | undefined;
  /** Of the public registry; where it is not asked for, it may be missing if its port is taken. */
  readonly publicHttp: (ListenAddress & { readonly isAskedFor: boolean }) | undefined;
  readonly publicPulls: Value<"ENTREPOT_PUBLIC_PULLS">;
  /** Beside the two: who comes in by one of these is known by its name in policies. */
  readonly privateListeners: readonly PrivateListener[];
  /** Whether a connection from this address is the proxy, whose X-Forwarded headers are believed. */
  readonly isTrustedProxy: (address: string) => boolean;
  readonly behindProxy: boolean;
  /** Whether outgoing requests may reach this address although it is not public. */
  readonly isEgressListed: (address: string) => boolean;
  /** The operator's own certificate; without one the local CA issues it. */
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | undefined;
  readonly domain: Value<"ENTREPOT_DOMAIN">;
  readonly account: Value<"ENTREPOT_ACCOUNT">;
  readonly region: Value<"ENTREPOT_REGION">;
  readonly regions: Value<"ENTREPOT_REGIONS">;
  readonly rootAccessKey:
    | { readonly accessKeyId: string; readonly secretAccessKey: string }
    | undefined;
  /** A `postgres://` URL; SQLite in the data directory without it. */
  readonly database: string | undefined;
  /** A bucket; a folder in the data directory without it. */
  readonly bucket: S3Address | undefined;
  /** Absolute: where archived layers are, if not in the data directory. */
  readonly archiveDirectory: string | undefined;
  /** Whether this process answers requests, does what runs unasked, or both. */
  readonly role: Role;
  /** Whether every write is refused. */
  readonly readOnly: boolean;
  /** Where the settings bring it. */
  readonly masterKey: Uint8Array | undefined;
  /** Where a KMS holds it. */
  readonly masterKeyKms: KmsAddress | undefined;
  readonly gcIntervalMs: number;
  readonly lifecycleIntervalMs: number;
  /** How long what is deleted can be brought back. */
  readonly trashMs: number;
  /** How long events stay in the log. */
  readonly eventMs: number;
  /** Programs that rules of events may start, with their arguments. */
  readonly eventCommands: ReadonlyMap<string, readonly string[]>;
  readonly eventTimeoutMs: number;
  /** Where an answer to that address goes. */
  readonly destinationOf: DestinationOf;
  readonly traces: TraceAddress | undefined;
  /** For how many days each kind of audit record is kept. */
  readonly audit: AuditRetention;
  /** Who is told audit records as they come. */
  readonly auditSyslog: Value<"ENTREPOT_AUDIT_SYSLOG"> | undefined;
  readonly auditOtlp: Value<"ENTREPOT_AUDIT_OTLP"> | undefined;
  /** Where trails may write, by the names that they know. */
  readonly trailTargets: Value<"ENTREPOT_TRAIL_TARGETS">;
  /** Deployments elsewhere, by the regions that they are. */
  readonly peers: Value<"ENTREPOT_PEERS">;
  /** Where the mirror of other registries is, and whose its pulls are. */
  readonly mirror: { readonly address: ListenAddress; readonly principalArn: string } | undefined;
  /** What is said of upstreams of the pull-through cache. */
  readonly upstreams: UpstreamRules;
  /** What things cost, where it is said. */
  readonly prices: PriceTable | undefined;
  readonly vulnerabilityFeeds: VulnerabilityFeeds;
  readonly logLevel: LogLevel;
}

/** What AWS and Docker clients on this machine use, for `configure` and `doctor`. */
export interface ClientEnvironment {
  readonly awsConfigFile: string;
  readonly awsCredentialsFile: string;
  readonly dockerConfigDirectory: string;
  readonly environmentKey:
    | {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        /** Of temporary credentials. */
        readonly sessionToken: string | undefined;
      }
    | undefined;
}

export function clientEnvironment(environment: NodeJS.ProcessEnv = process.env): ClientEnvironment {
  const aws = join(homedir(), ".aws");
  const keyId = environment.AWS_ACCESS_KEY_ID;
  const secret = environment.AWS_SECRET_ACCESS_KEY;
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
  return {
    awsConfigFile: environment.AWS_CONFIG_FILE || join(aws, "config"),
    awsCredentialsFile: environment.AWS_SHARED_CREDENTIALS_FILE || join(aws, "credentials"),
    dockerConfigDirectory: environment.DOCKER_CONFIG || join(homedir(), ".docker"),
    environmentKey:
      keyId && secret ? { accessKeyId: keyId, secretAccessKey: secret, sessionToken } : undefined,
  };
}

export interface SettingSources {
  /** By setting name, as the command line gave them. */
  readonly flags?: Partial<Record<SettingName, string>>;
  readonly environment?: NodeJS.ProcessEnv;
  /** Where `entrepot.json` and relative paths are looked for. */
  readonly directory?: string;
  /** `--config`: must exist. */
  readonly configFile?: string | undefined;
}

/**
 * Reads and checks all settings.
 * @throws SettingsError with one sentence for each thing that is wrong
 */
export function loadConfig(sources: SettingSources = {}): Config {
  const directory = sources.directory ?? process.cwd();
  const problems: string[] = [];
  const environment = fromEnvironment(sources.environment ?? process.env, problems);
  const file = fromFile(directory, sources.configFile, problems);
  const given: Given = (name) => {
    const value = sources.flags?.[name] ?? environment.get(name) ?? file.get(name);
    return value === "" && !mayBeEmpty.includes(name) ? undefined : value;
  };
  const values = new Map<SettingName, unknown>();
  for (const name of settingNames) {
    const value = given(name) ?? settings[name][1];
    if (value === undefined) continue;
    const parsed = settings[name][0].safeParse(value);
    if (parsed.success) values.set(name, parsed.data);
    else problems.push(`${name} ${parsed.error.issues[0]?.message ?? "is not valid"}.`);
  }
  const read: Read = (name) => values.get(name) as Value<typeof name> | undefined;
  if (problems.length === 0) problems.push(...contradictions(read, given));
  if (problems.length > 0) throw new SettingsError(problems);
  return assemble(read, given, directory);
}

/** What is wrong between settings that are right by themselves. */
function contradictions(read: Read, given: Given): string[] {
  const problems = listenerProblems({
    http: read("ENTREPOT_HTTP"),
    https: read("ENTREPOT_HTTPS"),
    publicHttp: read("ENTREPOT_PUBLIC_HTTP"),
    mirrorHttp: read("ENTREPOT_MIRROR_HTTP"),
    hasMirrorPrincipal: read("ENTREPOT_MIRROR_PRINCIPAL") !== undefined,
    privateListeners: read("ENTREPOT_PRIVATE_ENDPOINTS")!,
    isProxied: read("ENTREPOT_TRUSTED_PROXY") !== undefined,
  });
  const region = read("ENTREPOT_REGION")!;
  if (given("ENTREPOT_REGIONS") !== undefined && !read("ENTREPOT_REGIONS")!.includes(region)) {
    problems.push(`ENTREPOT_REGION is ${region}, which ENTREPOT_REGIONS does not list.`);
  }
  for (const peer of read("ENTREPOT_PEERS")!.keys()) {
    if (peer !== region && !read("ENTREPOT_REGIONS")!.includes(peer)) continue;
    problems.push(`ENTREPOT_PEERS names ${peer}, which is served here.`);
  }
  const pairs = [
    ["ENTREPOT_TLS_CERT", "ENTREPOT_TLS_KEY"],
    ["ENTREPOT_ROOT_ACCESS_KEY_ID", "ENTREPOT_ROOT_SECRET_ACCESS_KEY"],
  ] as const;
  for (const [one, other] of pairs) {
    if ((read(one) === undefined) === (read(other) === undefined)) continue;
    const [set, missing] = read(one) === undefined ? [other, one] : [one, other];
    problems.push(`${set} is set without ${missing}; they belong together.`);
  }
  if (read("ENTREPOT_ARCHIVE_DIR") && read("ENTREPOT_BLOBS")) {
    problems.push("ENTREPOT_ARCHIVE_DIR is not for a bucket; ENTREPOT_BLOBS has archiveClass=….");
  }
  if (read("ENTREPOT_MASTER_KEY") && read("ENTREPOT_MASTER_KEY_FILE")) {
    problems.push(
      "ENTREPOT_MASTER_KEY and ENTREPOT_MASTER_KEY_FILE are both set; set one of them.",
    );
  }
  return problems;
}

function assemble(read: Read, given: Given, directory: string): Config {
  const pathOf = (value: string | undefined) =>
    value === undefined ? undefined : resolve(directory, value);
  const proxies = read("ENTREPOT_TRUSTED_PROXY");
  const destinations = read("ENTREPOT_EGRESS_ALLOW")!;
  const certificateFile = pathOf(read("ENTREPOT_TLS_CERT"));
  const keyFile = pathOf(read("ENTREPOT_TLS_KEY"));
  const keyId = read("ENTREPOT_ROOT_ACCESS_KEY_ID");
  const secret = read("ENTREPOT_ROOT_SECRET_ACCESS_KEY");
  const region = read("ENTREPOT_REGION")!;
  const regions = read("ENTREPOT_REGIONS")!;
  const masterKeyFile = pathOf(read("ENTREPOT_MASTER_KEY_FILE"));
  return {
    dataDirectory: resolve(directory, read("ENTREPOT_DATA")!),
    http: read("ENTREPOT_HTTP"),
    https: read("ENTREPOT_HTTPS"),
    publicHttp: publicListener(read, given),
    publicPulls: read("ENTREPOT_PUBLIC_PULLS")!,
    privateListeners: read("ENTREPOT_PRIVATE_ENDPOINTS")!,
    isTrustedProxy: (address) => proxies !== undefined && inList(proxies, address),
    behindProxy: proxies !== undefined,
    isEgressListed: (address) => inList(destinations, address),
    tls: certificateFile && keyFile ? { certificateFile, keyFile } : undefined,
    domain: read("ENTREPOT_DOMAIN")!,
    account: read("ENTREPOT_ACCOUNT")!,
    region,
    // Another default region than usual is served as well, without listing all others again.
    regions: regions.includes(region) ? regions : [region, ...regions],
    rootAccessKey: keyId && secret ? { accessKeyId: keyId, secretAccessKey: secret } : undefined,
    database: read("ENTREPOT_DATABASE"),
    bucket: read("ENTREPOT_BLOBS"),
    archiveDirectory: pathOf(read("ENTREPOT_ARCHIVE_DIR")),
    role: read("ENTREPOT_ROLE")!,
    readOnly: read("ENTREPOT_READ_ONLY")!,
    masterKey: masterKeyFile ? masterKeyIn(masterKeyFile) : read("ENTREPOT_MASTER_KEY")?.key,
    masterKeyKms: read("ENTREPOT_MASTER_KEY")?.kms,
    gcIntervalMs: read("ENTREPOT_GC_INTERVAL")! * 1000,
    lifecycleIntervalMs: read("ENTREPOT_LIFECYCLE_INTERVAL")! * 1000,
    trashMs: read("ENTREPOT_TRASH_DAYS")! * dayMs,
    eventMs: read("ENTREPOT_EVENT_DAYS")! * dayMs,
    eventCommands: read("ENTREPOT_EVENT_COMMANDS")!,
    eventTimeoutMs: read("ENTREPOT_EVENT_TIMEOUT")! * 1000,
    destinationOf: read("ENTREPOT_NETWORKS")!,
    traces: read("ENTREPOT_TRACES"),
    audit: read("ENTREPOT_AUDIT")!,
    auditSyslog: read("ENTREPOT_AUDIT_SYSLOG"),
    auditOtlp: read("ENTREPOT_AUDIT_OTLP"),
    trailTargets: read("ENTREPOT_TRAIL_TARGETS")!,
    peers: read("ENTREPOT_PEERS")!,
    mirror: mirrorOf(read),
    upstreams: {
      origins: read("ENTREPOT_UPSTREAMS")!,
      tokenRealms: read("ENTREPOT_UPSTREAM_TOKEN_REALMS")!,
    },
    prices: pricesIn(read("ENTREPOT_PRICES"), directory),
    vulnerabilityFeeds: {
      osv: read("ENTREPOT_VULNDB_OSV"),
      ecosystems: read("ENTREPOT_VULNDB_ECOSYSTEMS")!,
      epss: read("ENTREPOT_VULNDB_EPSS"),
      kev: read("ENTREPOT_VULNDB_KEV"),
      staleMs: read("ENTREPOT_VULNDB_STALE_DAYS")! * dayMs,
      updateMs: read("ENTREPOT_VULNDB_UPDATE_HOURS")! * 3_600_000,
    },
    logLevel: read("ENTREPOT_LOG_LEVEL")!,
  };
}

/** Both settings or none: see `listenerProblems`. */
function mirrorOf(read: Read): Config["mirror"] {
  const [address, arn] = [read("ENTREPOT_MIRROR_HTTP"), read("ENTREPOT_MIRROR_PRINCIPAL")];
  return address === undefined || arn === undefined ? undefined : { address, principalArn: arn };
}

function publicListener(read: Read, given: Given): Config["publicHttp"] {
  const address = read("ENTREPOT_PUBLIC_HTTP");
  return address && { ...address, isAskedFor: given("ENTREPOT_PUBLIC_HTTP") !== undefined };
}

function masterKeyIn(file: string): Uint8Array {
  const parsed = masterKey.safeParse(textIn("ENTREPOT_MASTER_KEY_FILE", file));
  if (parsed.success) return parsed.data;
  throw new SettingsError([
    `ENTREPOT_MASTER_KEY_FILE (${file}) ${parsed.error.issues[0]?.message}.`,
  ]);
}

/** JSON, or where it is. */
function pricesIn(value: string | undefined, directory: string): PriceTable | undefined {
  if (value === undefined) return undefined;
  const isJson = value.trimStart().startsWith("{");
  try {
    const text = isJson ? value : textIn("ENTREPOT_PRICES", resolve(directory, value));
    return parsePriceTable(text, defaultPrices);
  } catch (error) {
    if (!(error instanceof PriceError)) throw error;
    throw new SettingsError([`ENTREPOT_PRICES ${error.message}.`]);
  }
}

function textIn(name: SettingName, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SettingsError([`${name} (${file}) cannot be read: ${(error as Error).message}.`]);
  }
}

function fromEnvironment(environment: NodeJS.ProcessEnv, problems: string[]) {
  const found = new Map<SettingName, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith("ENTREPOT_") || value === undefined) continue;
    if (isSetting(name)) found.set(name, value);
    else problems.push(`${name} is no setting${suggestion(name, settingNames)}.`);
  }
  return found;
}

const fileShape = z.record(
  z.string(),
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.string()),
    z.record(z.string(), z.unknown()),
  ]),
);

function fromFile(directory: string, configFile: string | undefined, problems: string[]) {
  const found = new Map<SettingName, string>();
  const file = resolve(directory, configFile ?? "entrepot.json");
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    const isOptional = configFile === undefined;
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!isAbsent || !isOptional) {
      problems.push(`${file} cannot be read: ${(error as Error).message}.`);
    }
    return found;
  }
  const parsed = fileShape.safeParse(parseJson(content));
  if (!parsed.success) {
    problems.push(
      `${file} must be a JSON object of settings: texts, numbers, true or false, lists or maps.`,
    );
    return found;
  }
  const names = new Map(settingNames.map((name) => [jsonKeyOf(name), name]));
  for (const [key, value] of Object.entries(parsed.data)) {
    const name = names.get(key);
    if (name === undefined) {
      problems.push(`"${key}" in ${file} is no setting${suggestion(key, [...names.keys()])}.`);
    } else if (Array.isArray(value)) found.set(name, value.join(","));
    else found.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return found;
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** ` (did you mean X?)` when a known name is near. */
function suggestion(name: string, known: readonly string[]): string {
  const [near] = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const isNear = near !== undefined && near.distance <= Math.max(2, Math.floor(name.length / 3));
  return isNear ? ` (did you mean ${near.candidate}?)` : "";
}
