/** The table of all settings. `config.ts` reads them. */
import type { z } from "zod";
import { auditOtlp, auditSyslog } from "./forward-settings.ts";
import { peers } from "./peer-settings.ts";
import { pullRates } from "./public-settings.ts";
import {
  accessKeyId,
  accountId,
  addresses,
  auditRetention,
  blobs,
  commands,
  database,
  domainName,
  listener,
  logLevel,
  logLevels,
  masterKeyOrAddress,
  path,
  privateListeners,
  regionName,
  regionNames,
  role,
  secretAccessKey,
  whole,
  yesOrNo,
} from "./setting-values.ts";
import { networks, traces } from "./telemetry-settings.ts";
import { trailTargets } from "./trail-settings.ts";
import { principalArn, tokenRealms, upstreams } from "./upstream-settings.ts";
import { ecosystemNames, feedAddress, usualEcosystems, usualFeeds } from "./vulndb-settings.ts";

const defaultRegions = "us-east-1,us-west-2,eu-west-1,eu-central-1,ap-southeast-1,ap-southeast-2";
const yearSeconds = 31_536_000;

/** Every setting: how it is read, its default, and what it means. */
export const settings = {
  ENTREPOT_DATA: [path, "./entrepot-data", "data directory"],
  ENTREPOT_HTTP: [listener, "127.0.0.1:5050", 'address for plain HTTP, or "off"'],
  ENTREPOT_HTTPS: [listener, "127.0.0.1:5443", 'address for TLS, or "off"'],
  ENTREPOT_PUBLIC_HTTP: [listener, "127.0.0.1:5051", "address for the public registry"],
  ENTREPOT_PUBLIC_PULLS: [
    pullRates,
    "",
    "public images in a second, for one puller: anonymous=1,signed-in=10",
  ],
  ENTREPOT_PRIVATE_ENDPOINTS: [
    privateListeners,
    "",
    "further listeners that policies know by name: vpce-<id>=<host:port>[@vpc-<id>], …",
  ],
  ENTREPOT_TRUSTED_PROXY: [addresses, undefined, "addresses or CIDRs of the proxy that ends TLS"],
  ENTREPOT_TLS_CERT: [
    path,
    undefined,
    "certificate chain (PEM file); else the local CA issues one",
  ],
  ENTREPOT_TLS_KEY: [path, undefined, "private key (PEM file) of that certificate"],
  ENTREPOT_DOMAIN: [domainName, "localhost", "parent of the registry host names"],
  ENTREPOT_ACCOUNT: [accountId, "000000000000", "management account"],
  ENTREPOT_REGION: [regionName, "us-east-1", "default region"],
  ENTREPOT_REGIONS: [regionNames, defaultRegions, "regions served"],
  ENTREPOT_ROOT_ACCESS_KEY_ID: [accessKeyId, undefined, "root's access key; made at first start"],
  ENTREPOT_ROOT_SECRET_ACCESS_KEY: [secretAccessKey, undefined, "its secret"],
  ENTREPOT_DATABASE: [database, undefined, "postgres://…; SQLite in the data directory without it"],
  ENTREPOT_BLOBS: [blobs, undefined, "s3://…; a folder in the data directory without it"],
  ENTREPOT_ARCHIVE_DIR: [path, undefined, "folder for archived layers, on another disk say"],
  ENTREPOT_ROLE: [role, "all", "what this process does: all, api or worker"],
  ENTREPOT_READ_ONLY: [yesOrNo, "false", "refuse every write and serve pulls: true or false"],
  ENTREPOT_MASTER_KEY: [masterKeyOrAddress, undefined, "32 bytes, base64, or aws-kms://<key ARN>"],
  ENTREPOT_MASTER_KEY_FILE: [path, undefined, "file that holds the master key"],
  ENTREPOT_LIFECYCLE_INTERVAL: [whole(1, yearSeconds), "3600", "seconds between lifecycle runs"],
  ENTREPOT_GC_INTERVAL: [whole(1, yearSeconds), "300", "seconds between garbage collections"],
  ENTREPOT_UPSTREAMS: [
    upstreams,
    "{}",
    "JSON map from an upstream registry's host to the URL that is asked instead",
  ],
  ENTREPOT_MIRROR_HTTP: [listener, "off", "address for the mirror of other registries"],
  ENTREPOT_MIRROR_PRINCIPAL: [
    principalArn,
    undefined,
    "ARN of the user or role that the mirror's pulls are those of",
  ],
  ENTREPOT_UPSTREAM_TOKEN_REALMS: [
    tokenRealms,
    "",
    "hosts that may be shown an upstream's credentials, to give tokens",
  ],
  ENTREPOT_TRASH_DAYS: [whole(0, 36_500), "7", "days that deleted images can be brought back"],
  ENTREPOT_EVENT_DAYS: [whole(1, 3_650), "7", "days that events can be looked up"],
  ENTREPOT_PRICES: [path, undefined, "price table: JSON, or the path of a JSON file"],
  ENTREPOT_PEERS: [
    peers,
    "{}",
    "JSON map from a region elsewhere to its url, credentials, ca, accounts and bytesPerSecond",
  ],
  ENTREPOT_EGRESS_ALLOW: [addresses, "", "private CIDRs that outgoing requests may reach"],
  ENTREPOT_EVENT_COMMANDS: [
    commands,
    "{}",
    "JSON map from a name to a program for rules of events",
  ],
  ENTREPOT_EVENT_TIMEOUT: [whole(1, 30), "5", "seconds that a receiver of events may take"],
  ENTREPOT_NETWORKS: [networks, "{}", "JSON map from region, other-region, internet to CIDRs"],
  ENTREPOT_TRACES: [
    traces,
    undefined,
    "URL for traces by OTLP/HTTP, with ?sample=<part of requests>",
  ],
  ENTREPOT_AUDIT: [
    auditRetention,
    "",
    "days that kinds of audit records are kept, where not as usual: data-read=30,key-use=0",
  ],
  ENTREPOT_AUDIT_SYSLOG: [
    auditSyslog,
    undefined,
    "syslog server for audit records: udp, tcp or tls://host:port?facility=audit&bytes=65536",
  ],
  ENTREPOT_AUDIT_OTLP: [auditOtlp, undefined, "URL for audit records as logs by OTLP/HTTP"],
  ENTREPOT_VULNDB_OSV: [
    feedAddress,
    usualFeeds.osv,
    'archives of advisories as osv.dev\'s, or "off"',
  ],
  ENTREPOT_VULNDB_ECOSYSTEMS: [
    ecosystemNames,
    usualEcosystems,
    "ecosystems that are fetched of these",
  ],
  ENTREPOT_VULNDB_EPSS: [feedAddress, usualFeeds.epss, 'table of EPSS scores, or "off"'],
  ENTREPOT_VULNDB_KEV: [feedAddress, usualFeeds.kev, 'catalogue of exploited CVEs, or "off"'],
  ENTREPOT_VULNDB_UPDATE_HOURS: [
    whole(0, 8_760),
    "0",
    "hours between two fetches of advisories by the server; 0: never",
  ],
  ENTREPOT_VULNDB_STALE_DAYS: [whole(1, 3_650), "7", "days after which advisories are too old"],
  ENTREPOT_TRAIL_TARGETS: [
    trailTargets,
    "",
    "where trails of audit records may write: <name>=<file:///directory or s3://bucket/prefix>, …",
  ],
  ENTREPOT_LOG_LEVEL: [logLevel, "info", logLevels.join(", ")],
} as const satisfies Record<string, readonly [z.ZodType, string | undefined, string]>;

export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

/** `ENTREPOT_TLS_CERT` is `--tls-cert` on the command line. */
function flagOf(name: SettingName): string {
  return `--${name.slice("ENTREPOT_".length).toLowerCase().replaceAll("_", "-")}`;
}

/** `ENTREPOT_TLS_CERT` is `tlsCert` in `entrepot.json`. */
export function jsonKeyOf(name: SettingName): string {
  const words = name.slice("ENTREPOT_".length).toLowerCase();
  return words.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The settings as the command line and the documentation list them. */
export const settingList = settingNames.map((name) => ({
  name,
  flag: flagOf(name),
  jsonKey: jsonKeyOf(name),
  fallback: settings[name][1],
  meaning: settings[name][2],
}));
