import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clientEnvironment, loadConfig, type SettingSources, SettingsError } from "./config.ts";
import { settingList } from "./settings/settings.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-config-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const load = (sources: SettingSources = {}) =>
  loadConfig({ directory, environment: {}, ...sources });
const settingsFile = (content: object | string) =>
  writeFile(
    join(directory, "entrepot.json"),
    typeof content === "string" ? content : JSON.stringify(content),
  );

function refusals(sources: SettingSources): readonly string[] {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof SettingsError) return error.sentences;
    throw error;
  }
  return [];
}

describe("the settings", () => {
  it("have the defaults of the design", () => {
    expect(load()).toMatchObject({
      dataDirectory: join(directory, "entrepot-data"),
      http: { host: "127.0.0.1", port: 5050 },
      https: { host: "127.0.0.1", port: 5443 },
      behindProxy: false,
      tls: undefined,
      domain: "localhost",
      account: "000000000000",
      region: "us-east-1",
      regions: [
        "us-east-1",
        "us-west-2",
        "eu-west-1",
        "eu-central-1",
        "ap-southeast-1",
        "ap-southeast-2",
      ],
      rootAccessKey: undefined,
      masterKey: undefined,
      gcIntervalMs: 300_000,
      logLevel: "info",
      database: undefined,
      bucket: undefined,
      archiveDirectory: undefined,
      role: "all",
    });
  });

  it("say read-only in so many words, also as JSON does", async () => {
    expect(load().readOnly).toBe(false);
    await settingsFile({ readOnly: true });
    expect(load().readOnly).toBe(true);
    expect(refusals({ environment: { ENTREPOT_READ_ONLY: "yes" } })).toEqual([
      'ENTREPOT_READ_ONLY must be "true" or "false".',
    ]);
  });

  it("name a bucket, where it is, and who encrypts there", () => {
    const bucket = (url: string) => load({ environment: { ENTREPOT_BLOBS: url } }).bucket;
    const endpoint = encodeURIComponent("http://127.0.0.1:9000");
    expect(bucket(`s3://images/a/b/?endpoint=${endpoint}&region=eu-west-1`)).toEqual({
      bucket: "images",
      prefix: "a/b/",
      endpoint: "http://127.0.0.1:9000",
      region: "eu-west-1",
      encryption: { by: "entrepot" },
    });
    expect(bucket("s3://images")).toMatchObject({ prefix: "", endpoint: undefined });
    expect(bucket("s3://images?archiveClass=GLACIER_IR")?.archiveClass).toBe("GLACIER_IR");
    expect(bucket("s3://images?encryption=sse-s3")?.encryption).toEqual({ by: "store" });
    expect(bucket("s3://images?encryption=sse-kms&kms-key-id=k1")?.encryption).toEqual({
      by: "store",
      kmsKeyId: "k1",
    });
  });

  const key = Buffer.alloc(32, 7).toString("base64");
  const values: Record<string, [flag: string, environment: string, file: string]> = {
    ENTREPOT_DATA: ["/a", "/b", "/c"],
    ENTREPOT_HTTP: ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"],
    ENTREPOT_HTTPS: ["0.0.0.0:1", "[::1]:2", "off"],
    ENTREPOT_PUBLIC_HTTP: ["off", "127.0.0.1:2", "127.0.0.1:3"],
    ENTREPOT_PRIVATE_ENDPOINTS: [
      "vpce-1=10.0.0.5:8443",
      "vpce-1=10.0.0.5:8443@vpc-2, vpce-2=[fd00::5]:8443",
      "vpce-3=http://127.0.0.1:0",
    ],
    ENTREPOT_TRUSTED_PROXY: ["10.0.0.1", "10.0.0.0/8", "fd00::/8"],
    ENTREPOT_DOMAIN: ["a.example", "b.example", "c.example"],
    ENTREPOT_ACCOUNT: ["111111111111", "222222222222", "333333333333"],
    ENTREPOT_REGION: ["us-west-2", "eu-west-1", "eu-central-1"],
    ENTREPOT_REGIONS: ["us-east-1", "us-east-1,us-west-2", "us-east-1,eu-west-1"],
    ENTREPOT_DATABASE: [
      "postgres://h/a",
      "postgres://u:p@h:1/b",
      "postgresql://h1,h2/c?sslmode=require",
    ],
    ENTREPOT_BLOBS: ["s3://one", "s3://two/a/b", "s3://three?encryption=sse-s3"],
    ENTREPOT_ARCHIVE_DIR: ["/a", "b", "../c"],
    ENTREPOT_ROLE: ["api", "worker", "all"],
    ENTREPOT_READ_ONLY: ["true", "false", "true"],
    ENTREPOT_MASTER_KEY: [key, key, key],
    ENTREPOT_LIFECYCLE_INTERVAL: ["1", "2", "3"],
    ENTREPOT_GC_INTERVAL: ["1", "2", "3"],
    ENTREPOT_UPSTREAMS: ['{"a":"b"}', '{"c":"https://d:5000"}', '{"e":"http://f/"}'],
    ENTREPOT_MIRROR_HTTP: ["off", "", "off"],
    ENTREPOT_UPSTREAM_TOKEN_REALMS: ["a", "a,b:443", "C"],
    ENTREPOT_TRASH_DAYS: ["0", "1", "2"],
    ENTREPOT_PEERS: [
      '{"ab":{"url":"https://peer.example","credentials":"/key","accounts":["111111111111"]}}',
      '{"cd":{"url":"https://peer.example","accessKeyId":"A","secretAccessKey":"s"}}',
      '{"ef":"https://peer.example"}',
    ],
    ENTREPOT_EGRESS_ALLOW: ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"],
    ENTREPOT_EVENT_COMMANDS: ['{"a":["/a","b"]}', '{"c":["/d"]}', '{"e":["/f"]}'],
    ENTREPOT_EVENT_TIMEOUT: ["1", "2", "3"],
    ENTREPOT_PRICES: ['{"name":"a"}', '{"name":"b"}', '{"name":"c"}'],
    ENTREPOT_NETWORKS: [
      '{"internet":["10.0.0.0/16"]}',
      '{"internet":["10.1.0.0/16"]}',
      '{"internet":["10.2.0.0/16"]}',
    ],
    ENTREPOT_TRACES: ["http://a/", "http://b/", "http://c/"],
    ENTREPOT_AUDIT: ["data-read=1", "data-read=2,api=0", '{"key-use":3}'],
    ENTREPOT_LOG_LEVEL: ["debug", "warn", "error"],
  };

  it.each(Object.entries(values))(
    "%s: a flag wins over the environment, that over the file",
    async (name, [flag, environment, file]) => {
      const { jsonKey } = settingList.find((setting) => setting.name === name)!;
      const seen = (sources: SettingSources) => plain(load(sources));
      const alone = (value: string) => seen({ flags: { [name]: value } });
      const wanted = [alone(flag), alone(environment), alone(file)];
      await settingsFile({ [jsonKey]: file });
      expect(seen({})).toEqual(wanted[2]);
      expect(seen({ environment: { [name]: environment } })).toEqual(wanted[1]);
      expect(seen({ flags: { [name]: flag }, environment: { [name]: environment } })).toEqual(
        wanted[0],
      );
    },
  );

  it.each([
    ["ENTREPOT_HTTP", "5050", "host:port"],
    ["ENTREPOT_HTTPS", "localhost:70000", "host:port"],
    ["ENTREPOT_PUBLIC_HTTP", "nowhere", "host:port"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpc-1=127.0.0.1:1", "like vpce-.*, which .* is not"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpce-1:127.0.0.1:1", "like vpce-.*, which .* is not"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpce-1=127.0.0.1", "like vpce-.*, which .* is not"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpce-1=127.0.0.1:99999", "like vpce-.*, which .* is not"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpce-1=ftp://127.0.0.1:1", "like vpce-.*, which .* is not"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpce-1=127.0.0.1:1@vpce-2", "like vpce-.*, which .* is not"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpce-1=a:1,vpce-1=a:2", "names vpce-1 twice"],
    ["ENTREPOT_PRIVATE_ENDPOINTS", "vpce-1=a:1,vpce-2=a:1", "vpce-1 and vpce-2 the same address"],
    ["ENTREPOT_TRUSTED_PROXY", "10.0.0.0/33", "CIDRs"],
    ["ENTREPOT_DOMAIN", "-x.example", "host name"],
    ["ENTREPOT_ACCOUNT", "12345", "12 digits"],
    ["ENTREPOT_REGION", "Europe", "region name"],
    ["ENTREPOT_REGIONS", "us-east-1,Mars!", "region names"],
    ["ENTREPOT_DATABASE", "mysql://db", "postgres://user:password@host"],
    ["ENTREPOT_DATABASE", "postgres://host", "postgres://user:password@host"],
    ["ENTREPOT_BLOBS", "https://bucket", "s3://bucket/prefix"],
    ["ENTREPOT_BLOBS", "s3://Bucket_", "s3://bucket/prefix"],
    ["ENTREPOT_BLOBS", "s3://bucket?endpont=http://a", 'the option "endpont"; known are endpoint'],
    ["ENTREPOT_BLOBS", "s3://bucket?endpoint=a:9000", "no http:// or https:// URL"],
    ["ENTREPOT_BLOBS", "s3://bucket?encryption=aes", "none of entrepot, sse-s3 and sse-kms"],
    ["ENTREPOT_BLOBS", "s3://bucket?kms-key-id=k", "encryption=sse-kms alone"],
    ["ENTREPOT_BLOBS", "s3://bucket?archiveClass=COLD", "none of STANDARD_IA, ONEZONE_IA"],
    ["ENTREPOT_BLOBS", "s3://bucket?archiveClass=GLACIER", "restored for hours"],
    ["ENTREPOT_BLOBS", "s3://bucket?archiveClass=DEEP_ARCHIVE", "choose GLACIER_IR"],
    ["ENTREPOT_ROLE", "boss", "all, api, worker"],
    ["ENTREPOT_MASTER_KEY", "c2hvcnQ=", "32 bytes in base64"],
    ["ENTREPOT_LIFECYCLE_INTERVAL", "-1", "whole number"],
    ["ENTREPOT_GC_INTERVAL", "5m", "whole number"],
    ["ENTREPOT_UPSTREAMS", "[1]", "JSON object"],
    ["ENTREPOT_UPSTREAMS", '{"a":"https://b/path"}', "JSON object like"],
    ["ENTREPOT_UPSTREAM_TOKEN_REALMS", "https://a", "hosts with commas"],
    ["ENTREPOT_TRASH_DAYS", "a week", "whole number"],
    ["ENTREPOT_PEERS", "{", "JSON object"],
    ["ENTREPOT_PEERS", '{"ab":"https://peer.example/x"}', "JSON object like"],
    ["ENTREPOT_PEERS", '{"ab":{"url":"https://a","accessKeyId":"A"}}', "JSON object like"],
    ["ENTREPOT_PEERS", '{"ab":{"url":"https://peer.example/x","credentials":"/k"}}', "JSON object"],
    ["ENTREPOT_PEERS", '{"ab":{"url":"https://a","accounts":["1"]}}', "JSON object like"],
    ["ENTREPOT_PEERS", '{"us-east-1":{"url":"https://a","credentials":"/k"}}', "served here"],
    ["ENTREPOT_PEERS", '{"public":"https://a"}', "must not name public"],
    ["ENTREPOT_EGRESS_ALLOW", "inside", "CIDRs"],
    ["ENTREPOT_EVENT_COMMANDS", '{"a":"/bin/true"}', "JSON object like"],
    ["ENTREPOT_EVENT_COMMANDS", '{"a":["true"]}', "JSON object like"],
    ["ENTREPOT_EVENT_COMMANDS", '{"a b":["/bin/true"]}', "JSON object like"],
    ["ENTREPOT_EVENT_COMMANDS", '{"a":[]}', "JSON object like"],
    ["ENTREPOT_EVENT_TIMEOUT", "31", "from 1 to 30"],
    ["ENTREPOT_PRICES", "{", "is no JSON"],
    ["ENTREPOT_PRICES", "nowhere.json", "cannot be read"],
    ["ENTREPOT_PRICES", '{"figures":{"stroage":{}}}', 'unknown name in figures: "stroage"'],
    ["ENTREPOT_PRICES", '{"figures":{"storage":{"amount":-1}}}', "decimal such as"],
    ["ENTREPOT_PRICES", '{"currency":"EUR"}', "known in USD only"],
    ["ENTREPOT_NETWORKS", '{"moon":[]}', "must be a JSON map"],
    ["ENTREPOT_TRACES", "collector", "must be a URL"],
    ["ENTREPOT_AUDIT", "pulls=7", "none of api, data-write, data-read"],
    ["ENTREPOT_AUDIT", "api", "kinds with days"],
    ["ENTREPOT_AUDIT", "api=9999", "whole number of days from 0 to 3650"],
    ["ENTREPOT_AUDIT", '{"api":"long"}', "JSON object of numbers"],
    ["ENTREPOT_LOG_LEVEL", "verbose", "one of fatal"],
  ])("%s=%s is refused by name", (name, value, expected) => {
    const [sentence, ...others] = refusals({ environment: { [name]: value } });
    expect(sentence).toMatch(new RegExp(`^${name} .*${expected}.*\\.$`));
    expect(others).toEqual([]);
  });

  it("never repeat a secret in a refusal", () => {
    const environment = {
      ENTREPOT_MASTER_KEY: "hunter2",
      ENTREPOT_ROOT_ACCESS_KEY_ID: "AKIAHUNTER2",
      ENTREPOT_ROOT_SECRET_ACCESS_KEY: "hunter2",
    };
    expect(refusals({ environment })).toHaveLength(2);
    expect(refusals({ environment }).join()).not.toMatch(/hunter2/i);
  });

  it("are refused all at once", () => {
    const environment = { ENTREPOT_ACCOUNT: "1", ENTREPOT_REGION: "X", ENTREPOT_NOPE: "1" };
    expect(refusals({ environment })).toHaveLength(3);
  });

  it("have a folder for archived layers, or a bucket's class, and not both", () => {
    const environment = { ENTREPOT_ARCHIVE_DIR: "/cheap", ENTREPOT_BLOBS: "s3://one" };
    expect(refusals({ environment })).toEqual([
      "ENTREPOT_ARCHIVE_DIR is not for a bucket; ENTREPOT_BLOBS has archiveClass=….",
    ]);
  });

  it("take an empty variable for one that is not set, but for a listener's", () => {
    expect(load({ environment: { ENTREPOT_ACCOUNT: "", ENTREPOT_DATABASE: "" } }).account).toBe(
      "000000000000",
    );
    expect(load({ environment: { ENTREPOT_HTTP: "" } }).http).toBeUndefined();
  });
});

describe("an unknown setting", () => {
  it("is refused with the nearest known name", async () => {
    expect(refusals({ environment: { ENTREPOT_HTPP: "x" } })).toEqual([
      "ENTREPOT_HTPP is no setting (did you mean ENTREPOT_HTTP?).",
    ]);
    await settingsFile({ tlsCrt: "x" });
    expect(refusals({})[0]).toMatch(
      /^"tlsCrt" in .*entrepot\.json is no setting \(did you mean tlsCert\?\)\.$/,
    );
  });

  it("is refused without a guess where nothing is near", () => {
    expect(refusals({ environment: { ENTREPOT_SOMETHING_ELSE_ENTIRELY: "x" } })).toEqual([
      "ENTREPOT_SOMETHING_ELSE_ENTIRELY is no setting.",
    ]);
  });
});

describe("the settings file", () => {
  it("takes lists, numbers and maps as JSON has them", async () => {
    await settingsFile({
      regions: ["us-east-1", "eu-west-1"],
      gcInterval: 7,
      upstreams: { a: "b" },
    });
    expect(load()).toMatchObject({ regions: ["us-east-1", "eu-west-1"], gcIntervalMs: 7000 });
  });

  it("is refused when it is no object of settings, and when --config names none", async () => {
    await settingsFile("{ not json");
    expect(refusals({})[0]).toMatch(/must be a JSON object/);
    expect(refusals({ configFile: "absent.json" })[0]).toMatch(/absent\.json cannot be read/);
  });
});

describe("plain HTTP", () => {
  it.each(["0.0.0.0:5050", ":5050", "[::]:5050", "192.0.2.1:80", "registry.example.com:80"])(
    "on %s is refused unless a proxy ends TLS",
    (http) => {
      expect(refusals({ flags: { ENTREPOT_HTTP: http } })[0]).toMatch(/ENTREPOT_TRUSTED_PROXY/);
      const config = load({ flags: { ENTREPOT_HTTP: http, ENTREPOT_TRUSTED_PROXY: "10.0.0.0/8" } });
      expect(config.isTrustedProxy("10.1.2.3")).toBe(true);
      expect(config.isTrustedProxy("::ffff:10.1.2.3")).toBe(true);
      expect(config.isTrustedProxy("11.1.2.3")).toBe(false);
    },
  );

  it.each(["127.0.0.1:5050", "127.9.9.9:1", "[::1]:5050", "localhost:5050"])(
    "on %s is fine",
    (http) => {
      expect(refusals({ flags: { ENTREPOT_HTTP: http } })).toEqual([]);
    },
  );
});

describe("private endpoints", () => {
  const endpoints = (value: string) => ({ environment: { ENTREPOT_PRIVATE_ENDPOINTS: value } });

  it("are listeners with a name, a network where one is given, and TLS unless told otherwise", () => {
    const value = "vpce-0a1b=10.0.0.5:8443@vpc-2c3d,vpce-4=http://[::1]:5052";
    expect(load(endpoints(value)).privateListeners).toEqual([
      {
        ...{ host: "10.0.0.5", port: 8443, scheme: "https" },
        endpoint: { id: "vpce-0a1b", vpc: "vpc-2c3d" },
      },
      { host: "::1", port: 5052, scheme: "http", endpoint: { id: "vpce-4", vpc: undefined } },
    ]);
    expect(load().privateListeners).toEqual([]);
  });

  it("are misspelt with a hint", () => {
    expect(refusals({ environment: { ENTREPOT_PRIVATE_ENDPOINT: "x" } })).toEqual([
      "ENTREPOT_PRIVATE_ENDPOINT is no setting (did you mean ENTREPOT_PRIVATE_ENDPOINTS?).",
    ]);
  });

  it("do not speak plain HTTP where others can listen in, unless a proxy ends TLS", () => {
    const open = endpoints("vpce-1=http://10.0.0.5:80");
    expect(refusals(open)).toEqual([
      "vpce-1 of ENTREPOT_PRIVATE_ENDPOINTS would serve plain HTTP on 10.0.0.5, where others can listen in: use https:// there, or name the proxy that ends TLS in ENTREPOT_TRUSTED_PROXY.",
    ]);
    expect(refusals({ ...open, flags: { ENTREPOT_TRUSTED_PROXY: "10.0.0.1" } })).toEqual([]);
  });

  it("have addresses that no other listener has", () => {
    expect(refusals(endpoints("vpce-1=127.0.0.1:5443"))).toEqual([
      "vpce-1 of ENTREPOT_PRIVATE_ENDPOINTS has the address of ENTREPOT_HTTPS.",
    ]);
    const anyPorts = endpoints("vpce-1=127.0.0.1:0,vpce-2=127.0.0.1:0");
    expect(refusals({ ...anyPorts, flags: { ENTREPOT_HTTPS: "127.0.0.1:0" } })).toEqual([]);
  });
});

describe("settings that belong together", () => {
  it.each([
    ["ENTREPOT_TLS_CERT", "ENTREPOT_TLS_KEY"],
    ["ENTREPOT_TLS_KEY", "ENTREPOT_TLS_CERT"],
    ["ENTREPOT_ROOT_ACCESS_KEY_ID", "ENTREPOT_ROOT_SECRET_ACCESS_KEY"],
    ["ENTREPOT_ROOT_SECRET_ACCESS_KEY", "ENTREPOT_ROOT_ACCESS_KEY_ID"],
  ])("%s is refused without %s", (set, missing) => {
    expect(
      refusals({ environment: { [set]: "a-value-of-20-chars_".replaceAll("-", "_") } }),
    ).toEqual([`${set} is set without ${missing}; they belong together.`]);
  });

  it("refuse to serve nothing, and a default region that is not served", () => {
    expect(refusals({ flags: { ENTREPOT_HTTP: "off", ENTREPOT_HTTPS: "off" } })[0]).toMatch(
      /nothing would be served/,
    );
    const regions = { ENTREPOT_REGION: "eu-north-1", ENTREPOT_REGIONS: "us-east-1" };
    expect(refusals({ environment: regions })[0]).toMatch(/does not list/);
    expect(load({ environment: { ENTREPOT_REGION: "eu-north-1" } }).regions).toContain(
      "eu-north-1",
    );
  });

  it("read the master key from its file, which must hold one", async () => {
    const file = join(directory, "key");
    await writeFile(file, `${Buffer.alloc(32, 7).toString("base64")}\n`);
    expect(load({ flags: { ENTREPOT_MASTER_KEY_FILE: file } }).masterKey).toEqual(
      Buffer.alloc(32, 7),
    );
    await writeFile(file, "nothing");
    expect(refusals({ flags: { ENTREPOT_MASTER_KEY_FILE: "key" } })[0]).toMatch(
      /key\) must be 32 bytes/,
    );
    expect(refusals({ flags: { ENTREPOT_MASTER_KEY_FILE: "no" } })[0]).toMatch(/cannot be read/);
  });

  it("takes a key of AWS KMS for the master key, by its ARN", () => {
    const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/12345678-90ab";
    const of = (text: string) => load({ flags: { ENTREPOT_MASTER_KEY: text } });
    const plain = of(`aws-kms://${keyArn}`);
    expect(plain.masterKey).toBeUndefined();
    expect(plain.masterKeyKms).toEqual({ keyArn, region: "eu-west-1", endpoint: undefined });
    const endpoint = "https://kms.example.com:8443";
    expect(of(`aws-kms://${keyArn}?endpoint=${endpoint}`).masterKeyKms?.endpoint).toBe(endpoint);
    for (const [text, sentence] of [
      ["aws-kms://key", "ARN of a key"],
      ["aws-kms://arn:aws:kms:eu-west-1:111122223333:alias/images", "not of an alias"],
      [`aws-kms://${keyArn}?region=us-east-1`, 'option "region"'],
      [`aws-kms://${keyArn}?endpoint=kms`, "no http:// or https:// URL"],
    ] as const) {
      expect(refusals({ flags: { ENTREPOT_MASTER_KEY: text } })[0]).toContain(sentence);
    }
  });
});

describe("the clients' environment", () => {
  it("follows the variables of AWS and Docker", () => {
    expect(
      clientEnvironment({
        AWS_CONFIG_FILE: "/c",
        AWS_SHARED_CREDENTIALS_FILE: "/s",
        DOCKER_CONFIG: "/d",
        AWS_ACCESS_KEY_ID: "id",
        AWS_SECRET_ACCESS_KEY: "secret",
        AWS_SESSION_TOKEN: "token",
      }),
    ).toEqual({
      awsConfigFile: "/c",
      awsCredentialsFile: "/s",
      dockerConfigDirectory: "/d",
      environmentKey: { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "token" },
    });
  });
});

/** What of a configuration can be compared. */
function plain(config: ReturnType<typeof load>) {
  const probes = ["10.0.0.1", "10.1.0.1", "10.2.0.1", "10.9.9.9", "fd00::1"];
  return {
    ...config,
    isTrustedProxy: probes.map((address) => config.isTrustedProxy(address)),
    isEgressListed: probes.map((address) => config.isEgressListed(address)),
    destinationOf: probes.map((address) => config.destinationOf(address)),
  };
}
