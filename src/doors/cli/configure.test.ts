import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccountId, Region } from "../../registry/names.ts";
import type { Client } from "./client.ts";
import { configure } from "./configure.ts";
import { readSection } from "./ini-file.ts";

let directory: string;
let client: Client;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-cli-"));
  client = {
    httpUrl: "http://localhost:5050",
    httpsUrl: "https://localhost:5443",
    domain: "localhost",
    account: "000000000000" as AccountId,
    region: "eu-west-1" as Region,
    dataDirectory: directory,
    authorityFile: join(directory, "ca.pem"),
    rootKey: async () => ({ accessKeyId: "AKIAROOT", secretAccessKey: "root/secret" }),
    environmentKey: undefined,
    awsConfigFile: join(directory, ".aws", "config"),
    awsCredentialsFile: join(directory, ".aws", "credentials"),
    dockerConfigDirectory: directory,
  };
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const config = () => readFile(client.awsConfigFile, "utf8");
const credentials = () => readFile(client.awsCredentialsFile, "utf8");

describe("configure", () => {
  it("writes a profile where there was nothing, for its owner only", async () => {
    await configure(client, { profile: "entrepot" });
    expect(await config()).toBe(
      "[profile entrepot]\nregion = eu-west-1\nendpoint_url = http://localhost:5050\n",
    );
    expect(await credentials()).toBe(
      "[entrepot]\naws_access_key_id = AKIAROOT\naws_secret_access_key = root/secret\n",
    );
    expect((await stat(client.awsCredentialsFile)).mode & 0o777).toBe(0o600);
  });

  it("changes nothing the second time", async () => {
    await configure(client, { profile: "entrepot" });
    const before = [await config(), await credentials()];
    await configure(client, { profile: "entrepot" });
    expect([await config(), await credentials()]).toEqual(before);
  });

  it("leaves other profiles, other settings, comments and nested settings as they are", async () => {
    await configure(client, { profile: "entrepot" });
    await writeFile(
      client.awsConfigFile,
      [
        "# mine",
        "[default]",
        "region = us-east-1",
        "",
        "[profile entrepot]",
        "output = json",
        "s3 =",
        "  max_concurrent_requests = 20",
        "endpoint_url = http://old:1",
        "; kept",
        "",
        "[profile other]",
        "endpoint_url = http://other:1",
        "",
      ].join("\n"),
    );
    await configure(client, { profile: "entrepot" });
    expect(await config()).toBe(
      [
        "# mine",
        "[default]",
        "region = us-east-1",
        "",
        "[profile entrepot]",
        "region = eu-west-1",
        "endpoint_url = http://localhost:5050",
        "output = json",
        "s3 =",
        "  max_concurrent_requests = 20",
        "; kept",
        "",
        "[profile other]",
        "endpoint_url = http://other:1",
        "",
      ].join("\n"),
    );
  });

  it("writes the default profile under its own name", async () => {
    await configure(client, { profile: "default" });
    expect(readSection(await config(), "default").get("region")).toBe("eu-west-1");
    expect(readSection(await credentials(), "default").get("aws_access_key_id")).toBe("AKIAROOT");
  });

  it("follows a link instead of replacing it", async () => {
    const target = join(directory, "elsewhere");
    await configure(client, { profile: "entrepot" });
    await writeFile(target, "");
    await rm(client.awsConfigFile);
    await symlink(target, client.awsConfigFile);
    await configure(client, { profile: "entrepot" });
    expect(await readFile(target, "utf8")).toContain("[profile entrepot]");
  });

  it("names the local authority for HTTPS", async () => {
    await writeFile(client.authorityFile, "pem");
    await configure(client, { profile: "entrepot", endpoint: "https://localhost:5443/" });
    const section = readSection(await config(), "profile entrepot");
    expect(section.get("endpoint_url")).toBe("https://localhost:5443");
    expect(section.get("ca_bundle")).toBe(client.authorityFile);
  });

  it("takes a key and an endpoint that are given", async () => {
    await configure(client, {
      profile: "ci",
      endpoint: "https://registry.example.com",
      accessKeyId: "AKIAX",
      secretAccessKey: "s",
    });
    expect(readSection(await config(), "profile ci").get("endpoint_url")).toBe(
      "https://registry.example.com",
    );
    expect(readSection(await credentials(), "ci").get("aws_secret_access_key")).toBe("s");
  });

  it("writes a temporary key with its token, and leaves no token beside another key", async () => {
    const temporary = { accessKeyId: "ASIAX", secretAccessKey: "s", sessionToken: "t" };
    await configure(client, { profile: "ci", ...temporary });
    expect(readSection(await credentials(), "ci").get("aws_session_token")).toBe("t");
    await configure(client, { profile: "ci" });
    expect(await credentials()).toBe(
      "[ci]\naws_access_key_id = AKIAROOT\naws_secret_access_key = root/secret\n",
    );
  });

  it.each([
    ["a name that would break the file", { profile: "a]\n[default" }, /no name of a profile/],
    ["half a key", { profile: "a", accessKeyId: "AKIAX" }, /belong together/],
    ["a token without its key", { profile: "a", sessionToken: "t" }, /belongs to --access-key-id/],
    ["a URL with a path", { profile: "a", endpoint: "http://x/v2/" }, /no base URL/],
    [
      "a key with a line break",
      { profile: "a", accessKeyId: "A", secretAccessKey: "b\n[default]" },
      /no line breaks/,
    ],
  ])("refuses %s", async (_, options, message) => {
    await expect(configure(client, options)).rejects.toThrow(message);
    await expect(config()).rejects.toThrow(/ENOENT/);
  });

  it("says what to do when this machine holds no key", async () => {
    client = { ...client, rootKey: async () => undefined };
    await expect(configure(client, { profile: "a" })).rejects.toThrow(/start the server once/);
  });
});
