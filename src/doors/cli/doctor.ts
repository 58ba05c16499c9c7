/** `entrepot doctor`: looks at a machine as a client of a registry, and says what mends it. */
import { lookup } from "node:dns/promises";
import { statfs } from "node:fs/promises";
import { registryHost } from "../../registry/deployment.ts";
import { limits } from "../../registry/limits.ts";
import { ask, isTrustFailure } from "./ask.ts";
import type { Answer } from "./calls.ts";
import type { Check } from "./check.ts";
import { checkKeys } from "./check-keys.ts";
import { checkReceivers } from "./check-receivers.ts";
import { type Client, CommandError, configSection, defaultProfile } from "./client.ts";
import { clientKey } from "./client-key.ts";
import { dockerAuthorityFile, dockerConfig } from "./docker-config.ts";
import { readSection, readTextFile } from "./ini-file.ts";
import { Server, type ServerOptions, serverAddress } from "./server.ts";
import { quoted } from "./welcome.ts";

/** What the checks share. */
interface Examination extends ServerOptions {
  readonly client: Client;
  readonly endpointUrl: string;
  /** The local authority's certificate, where this machine has it; else "". */
  readonly authority: string;
}

/** Checks everything that can be checked; what depends on an answer that never came is left out. */
export async function doctor(client: Client, options: ServerOptions): Promise<Check[]> {
  const { profile = defaultProfile } = options;
  const config = readSection(await readTextFile(client.awsConfigFile), configSection(profile));
  const wanted =
    options.endpoint ?? config.get("endpoint_url") ?? client.httpUrl ?? client.httpsUrl ?? "";
  const url = URL.parse(wanted);
  if (url === null) {
    return [fail("server", `"${wanted}" is no URL`, "npx entrepot doctor --endpoint <url>")];
  }
  const authority = await readTextFile(client.authorityFile);
  const examination = { ...options, client, endpointUrl: url.origin, authority };
  const { check, date } = await checkServer(examination);
  const checks = [check];
  if (date !== undefined) {
    checks.push(checkClock(examination, date), ...(await checkCredentials(examination)));
    checks.push(await checkDocker(examination));
  }
  checks.push(...(await checkTrust(examination)), await checkNames(examination));
  checks.push(...(await checkSpace(examination)));
  return checks;
}

async function checkServer(of: Examination): Promise<{ check: Check; date?: string | undefined }> {
  const { endpointUrl, authority } = of;
  try {
    const answer = await ask(`${endpointUrl}/healthz`, { ca: authority });
    if (answer.status === 200) {
      return { check: ok("server", `${endpointUrl} answers`), date: answer.headers.date };
    }
    const detail = `${endpointUrl} answers /healthz with status ${answer.status}; is it Entrepot?`;
    return { check: fail("server", detail, "npx entrepot doctor --endpoint <url>") };
  } catch (error) {
    const detail = `${endpointUrl} cannot be reached: ${(error as Error).message}`;
    const mend = isTrustFailure(error)
      ? "copy tls/ca.pem from the server's data directory and trust it"
      : "npm start   (or: npx entrepot doctor --endpoint <url>)";
    return { check: fail("server", detail, mend) };
  }
}

function checkClock({ now }: Examination, date: string): Check {
  const skewMs = now() - Date.parse(date);
  if (Math.abs(skewMs) < limits.clockSkewMs - 1_000) return ok("clock", "agrees with the server's");
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const way = skewMs > 0 ? "ahead of" : "behind";
  const most = limits.clockSkewMs / 1000;
  return fail(
    "clock",
    `is ${seconds} s ${way} the server's, and signatures are refused beyond ${most} s`,
    "sudo timedatectl set-ntp true",
  );
}

/** Whose the key is, and whether it should be somebody else's. */
async function checkCredentials(of: Examination): Promise<Check[]> {
  const { client, profile, endpointUrl } = of;
  const mend = `npx entrepot configure --profile ${quoted(profile ?? defaultProfile)}`;
  const address = await serverAddress(client, { ...of, endpoint: endpointUrl });
  try {
    const found = await clientKey(client, address, profile);
    if (found === undefined) {
      const detail = `the profile "${profile ?? defaultProfile}" holds no access key`;
      return [fail("credentials", detail, mend)];
    }
    const { key, from } = found;
    const server = new Server(address, key);
    const { arn } = await server.identity();
    const who = ok("credentials", `${key.accessKeyId} (${from}) is ${arn}`);
    const keys = [...(await checkDeployment(server)), ...(await checkKeys(server))];
    return arn.endsWith(":root") ? [who, rootWarning, ...keys] : [who, ...keys];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [fail("credentials", error.message, mend)];
  }
}

const keySources = {
  "data directory": "from the data directory",
  setting: "from a setting",
  "aws-kms": "from AWS KMS",
} as const;

/** The master key and receivers of audit records, for who may know. */
async function checkDeployment(server: Server): Promise<Check[]> {
  let deployment: Answer<"entrepot:DescribeDeployment">;
  try {
    deployment = await server.call("entrepot:DescribeDeployment", {});
  } catch (error) {
    if (error instanceof CommandError) return []; // Not everybody's business, or an older server.
    throw error;
  }
  const receivers = checkReceivers(deployment.auditReceivers ?? []);
  return [checkMasterKey(deployment.masterKey), ...receivers];
}

function checkMasterKey({
  from,
  id,
  rotation,
}: Answer<"entrepot:DescribeDeployment">["masterKey"]): Check {
  const name = "master key";
  const detail = `${id} comes ${keySources[from]}`;
  if (rotation === undefined) return ok(name, detail);
  const what = { prepared: "prepared, and not finished", rewrapping: "not finished" }[rotation];
  const mend = "npx entrepot master-key rotate --finish   (docs/operations/master-key.md)";
  return warn(name, `${detail}; a rotation is ${what}`, mend);
}

const rootWarning = warn(
  "root",
  "root's access key is used here: nothing can limit it, so a user of its own is safer",
  "npx entrepot user create <name> --policy AmazonEC2ContainerRegistryPowerUser --key",
);

async function checkDocker(of: Examination): Promise<Check> {
  const { client, endpointUrl, authority } = of;
  const { host, hostname, protocol } = new URL(endpointUrl);
  const name = "docker login";
  const login = `aws ecr get-login-password | docker login --username AWS --password-stdin ${host}`;
  const docker = await dockerConfig(client.dockerConfigDirectory, host);
  if (protocol === "http:" && !isLocal(hostname) && !docker.isInsecure) {
    const mend = `add "insecure-registries": ["${host}"] to /etc/docker/daemon.json, or use HTTPS`;
    return fail(name, `Docker speaks TLS to ${host} unless told otherwise`, mend);
  }
  if (docker.auth === undefined) {
    return docker.helper === undefined
      ? warn(name, `Docker is not logged in to ${host}`, login)
      : ok(name, `Docker asks ${docker.helper} for the login of ${host}`);
  }
  const headers = { authorization: `Basic ${docker.auth}` };
  const answer = await ask(`${endpointUrl}/v2/`, { headers, ca: authority });
  if (answer.status === 200) return ok(name, `Docker is logged in to ${host}`);
  return fail(name, `Docker's login to ${host} has expired or is another server's`, login);
}

/** Whether TLS works without further ado, for the system's clients and for Docker. */
async function checkTrust(of: Examination): Promise<Check[]> {
  const { client, endpointUrl, authority } = of;
  const url = endpointUrl.startsWith("https:") ? endpointUrl : client.httpsUrl;
  if (url === undefined) return [];
  const verdict = url === endpointUrl ? fail : warn; // HTTP may be all that is wanted here.
  try {
    await ask(`${url}/healthz`);
    return [ok("TLS", `this machine trusts ${url}`)];
  } catch (error) {
    if (!isTrustFailure(error)) {
      return [verdict("TLS", `${url} cannot be reached: ${(error as Error).message}`)];
    }
  }
  const { host } = new URL(url);
  const file = authority === "" ? "ca.pem" : quoted(client.authorityFile);
  const system = "/usr/local/share/ca-certificates/entrepot.crt";
  const dockers = dockerAuthorityFile(host);
  const trusted = await readTextFile(dockers);
  const dockerTrusts = trusted !== "" && trusted.trim() === authority.trim();
  return [
    verdict(
      "TLS",
      `this machine does not trust the authority of ${url}`,
      `sudo cp ${file} ${system} && sudo update-ca-certificates`,
    ),
    dockerTrusts
      ? ok("Docker TLS", `Docker trusts ${host}`)
      : verdict(
          "Docker TLS",
          `Docker does not trust the authority of ${host}`,
          `sudo install -D -m 644 ${file} ${dockers}`,
        ),
  ];
}

async function checkNames({ client }: Examination): Promise<Check> {
  const host = registryHost(client, { account: client.account, region: client.region });
  const name = "host names";
  try {
    const { address } = await lookup(host);
    return ok(name, `${host} is ${address}`);
  } catch (error) {
    const isLocalDomain = client.domain === "localhost";
    const why = `${host} has no address (${(error as NodeJS.ErrnoException).code})`;
    const line = (address: string) => `echo "${address} ${host}" | sudo tee -a /etc/hosts`;
    return isLocalDomain
      ? warn(name, `${why}; localhost serves the default registry all the same`, line("127.0.0.1"))
      : fail(name, why, line("<address of the server>"));
  }
}

/** Only where the data directory is on this machine. */
async function checkSpace({ client }: Examination): Promise<Check[]> {
  const { dataDirectory } = client;
  const space = await statfs(dataDirectory).catch(() => undefined);
  if (space === undefined) return [];
  const freeBytes = space.bavail * space.bsize;
  const totalBytes = space.blocks * space.bsize;
  const floorBytes = Math.min(limits.freeSpaceFloorBytes, totalBytes * limits.freeSpaceFloorRatio);
  const detail = `${gigabytes(freeBytes)} are free in ${dataDirectory}`;
  if (freeBytes >= floorBytes) return [ok("space", detail)];
  const what = `${detail}; pushes are refused below ${gigabytes(floorBytes)}`;
  return [fail("space", what, `du -xh --max-depth=1 ${quoted(dataDirectory)}`)];
}

function ok(name: string, detail: string): Check {
  return { name, status: "ok", detail };
}

function warn(name: string, detail: string, mend?: string): Check {
  return { name, status: "warn", detail, ...(mend === undefined ? {} : { mend }) };
}

function fail(name: string, detail: string, mend?: string): Check {
  return { name, status: "fail", detail, ...(mend === undefined ? {} : { mend }) };
}

function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
