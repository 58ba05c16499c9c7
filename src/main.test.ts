/** The program as its operator meets it: real processes, real ports, a real data directory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, StartFailure, startServer } from "../test/support/server.ts";

import { LocalCertificates } from "./adapters/tls/local-certificates.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "entrepot-home-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Runs the command line with a home directory of its own. */
async function run(
  ...words: string[]
): Promise<{ code: number | null; out: string; error: string }> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(ENTREPOT_|AWS_|DOCKER_)/.test(name)),
  );
  const child = spawn(process.execPath, [main, ...words], {
    cwd: home,
    env: { ...environment, HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let error = "";
  child.stdout.on("data", (piece) => {
    out += piece;
  });
  child.stderr.on("data", (piece) => {
    error += piece;
  });
  const [code] = await once(child, "close");
  return { code, out, error };
}

async function failureOf(starting: Promise<RunningServer>): Promise<StartFailure> {
  const outcome = await starting.catch((error: unknown) => error);
  if (outcome instanceof StartFailure) return outcome;
  await (outcome as RunningServer).stop();
  throw new Error("the server started");
}

describe("a server", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server.stop());

  it("shows at its first start how to use it, and keeps the key for its owner only", async () => {
    const output = server.output();
    expect(output).toContain(`aws configure set aws_access_key_id ${server.accessKeyId}`);
    expect(output).toContain(server.secretAccessKey);
    expect(output).toMatch(/docker login --username AWS --password-stdin localhost:\d+/);
    expect(output).toContain(join(server.dataDirectory, "tls", "ca.pem"));
    for (const file of ["credentials", "master.key", "tls/ca-key.pem", "metadata.db"]) {
      expect((await stat(join(server.dataDirectory, file))).mode & 0o077).toBe(0);
    }
    expect((await stat(server.dataDirectory)).mode & 0o777).toBe(0o700);
  });

  it("is alive and ready, and says nothing more of itself", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const response = await fetch(`${server.origin}${path}`);
      expect([response.status, await response.text()]).toEqual([200, "ok\n"]);
    }
  });

  it("measures what it does", async () => {
    await fetch(`${server.origin}/v2/`);
    const text = await (await fetch(`${server.origin}/metrics`)).text();
    expect(text).toMatch(/^entrepot_http_requests_total\{route="v2",status="401"\} \d+$/m);
    expect(text).toMatch(/^entrepot_repositories 0$/m);
    expect(text).toMatch(/^entrepot_metadata_log_bytes [1-9]\d*$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
  });

  it.each(["/v2/", "/v2/a/manifests/1", "/", "/nowhere"])(
    "names the answer at %s and its line in the log with one request id",
    async (path) => {
      const response = await fetch(`${server.origin}${path}`, { method: "POST" });
      const id = response.headers.get("x-amzn-requestid");
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      while (!server.output().includes(`"id":"${id}"`)) await once(server.process.stdout!, "data");
    },
  );

  it("serves TLS 1.2 and later under every registry host name", async () => {
    const { port } = new URL(server.httpsOrigin);
    const names = [
      "localhost",
      "000000000000.dkr.ecr.eu-west-1.localhost",
      "123456789012.dkr.ecr.us-east-1.localhost",
      "public.ecr.localhost",
      "api.ecr.us-east-1.localhost",
      "kms.us-east-1.localhost",
    ];
    const lookup: import("node:net").LookupFunction = (_name, _options, found) =>
      found(null, [{ address: "127.0.0.1", family: 4 }]);
    const answer = (host: string, more: object = {}) =>
      new Promise((resolve, reject) => {
        get({ host, port, lookup, path: "/healthz", ca: server.ca, agent: false, ...more })
          .on("response", (response) => resolve(response.resume().statusCode))
          .on("error", reject);
      });
    for (const name of names) expect(await answer(name)).toBe(200);
    const old = { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL@SECLEVEL=0" };
    await expect(answer("localhost", old)).rejects.toThrow(/version/);
  });

  it("11: keeps a second server, fsck and gc out of its data directory", async () => {
    const { dataDirectory } = server;
    const second = await failureOf(startServer({ dataDirectory }));
    expect(second.exitCode).toBe(1);
    expect(second.output).toMatch(/^entrepot: another Entrepot \(pid \d+, .*\) uses /);
    for (const command of ["fsck", "gc"]) {
      const { code, error } = await run(command, "--data", dataDirectory);
      expect([code, error]).toEqual([1, expect.stringMatching(/^entrepot: another Entrepot /)]);
    }
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
  });

  it("passes the doctor once a client is configured, with a warning of root, and fails it before", async () => {
    const settings = [
      "--data",
      server.dataDirectory,
      "--http",
      `127.0.0.1:${new URL(server.origin).port}`,
      "--https",
      "off",
    ];
    const before = await run("doctor", "--json", ...settings);
    expect(before.code).toBe(1);
    expect(checks(before.out)).toMatchObject({ server: "ok", clock: "ok", credentials: "fail" });
    const configured = await run("configure", "--json", ...settings);
    expect([configured.code, configured.error]).toEqual([0, ""]);
    expect(await readFile(join(home, ".aws", "credentials"), "utf8")).toContain(
      server.secretAccessKey,
    );
    const after = await run("doctor", "--json", ...settings);
    expect(checks(after.out)).toMatchObject({
      ...{ server: "ok", credentials: "ok", root: "warn" },
      "master key": "ok",
    });
    expect([after.code, after.error]).toEqual([0, ""]);
  });

  it("never writes a secret to its log", async () => {
    const url = `${server.origin}/?X-Amz-Signature=abcdef0123&X-Amz-Security-Token=abcdef0123`;
    await fetch(url, { method: "POST", headers: { authorization: "Basic abcdef0123" } });
    await fetch(`${server.origin}/layers/abcdef0123`);
    const log = server
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .join("\n");
    expect(log).not.toContain("abcdef0123");
    expect(log).not.toContain(server.secretAccessKey);
  });
});

describe("a server that stops", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "entrepot-stop-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("finishes what it began at SIGTERM, and exits with 0", async () => {
    const server = await startServer({ dataDirectory: directory });
    const { port } = new URL(server.origin);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: None\r\nContent-Length: 2\r\n\r\n{");
    await once(socket, "connect");
    await fetch(`${server.origin}/healthz`); // By now the server has read what came before.
    const stopped = server.stop();
    while (!server.output().includes('"event":"stopping"')) {
      await once(server.process.stdout!, "data");
    }
    socket.write("}");
    const [answer] = await once(socket.setEncoding("latin1"), "data");
    expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(answer).toMatch(/connection: close/i);
    expect(await stopped).toBe(0);
    expect(server.output()).toContain('"event":"stopped"');
  });

  it("starts again after kill -9 with the same keys, and does not show the secret again", async () => {
    const first = await startServer({ dataDirectory: directory });
    await first.kill();
    const second = await startServer({ dataDirectory: directory });
    expect(second.secretAccessKey).toBe(first.secretAccessKey);
    expect(second.ca).toBe(first.ca);
    expect(second.output()).not.toContain(first.secretAccessKey);
    expect(await second.stop()).toBe(0);
    const { code, out } = await run("fsck", "--json", "--data", directory);
    expect([code, JSON.parse(out)]).toMatchObject([0, { problems: [] }]);
  });
});

describe("a server in trouble", () => {
  it("logs an error that nobody caught, and exits with 1", async () => {
    const bug = "process.on('SIGUSR2', () => { throw new Error('a bug') })";
    const server = await startServer({
      nodeArguments: ["--import", `data:text/javascript,${bug}`],
    });
    server.process.kill("SIGUSR2");
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(/"event":"crash","err":\{"type":"Error","message":"a bug"/);
    expect(server.output()).toContain('"event":"stopped"');
    await server.stop();
  });
});

describe("a server with its operator's certificate", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "entrepot-tls-"));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it("shows it, and another after SIGHUP", async () => {
    const clock = { now: () => Date.now() };
    const issue = (...names: string[]) =>
      new LocalCertificates({ directory, names, clock }).current();
    await issue("localhost");
    const server = await startServer({
      settings: {
        ENTREPOT_TLS_CERT: join(directory, "server.pem"),
        ENTREPOT_TLS_KEY: join(directory, "server-key.pem"),
      },
    });
    try {
      const first = await serialNumber(server);
      await issue("localhost", "registry.example.com");
      server.process.kill("SIGHUP");
      while (!server.output().includes('"event":"certificate"')) {
        await once(server.process.stdout!, "data");
      }
      expect(await serialNumber(server)).not.toBe(first);
    } finally {
      await server.stop();
    }
  });
});

async function serialNumber(server: RunningServer): Promise<string> {
  const { hostname, port } = new URL(server.httpsOrigin);
  const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { serialNumber: number } = socket.getPeerCertificate();
  socket.destroy();
  return number;
}

describe("a server that cannot start", () => {
  it("refuses settings that it does not know, and bad ones, with exit code 2", async () => {
    const unknown = await failureOf(startServer({ settings: { ENTREPOT_HTPP: "x" } }));
    expect([unknown.exitCode, unknown.output]).toEqual([
      2,
      "entrepot: ENTREPOT_HTPP is no setting (did you mean ENTREPOT_HTTP?).\n",
    ]);
    const open = await failureOf(startServer({ settings: { ENTREPOT_HTTP: "0.0.0.0:0" } }));
    expect([open.exitCode, open.output]).toEqual([2, expect.stringContaining("TRUSTED_PROXY")]);
  });

  it("refuses a master key that is not the one of its data", async () => {
    const directory = await mkdtemp(join(tmpdir(), "entrepot-key-"));
    try {
      const first = await startServer({ dataDirectory: directory });
      await call(first, "CreateRepository", { repositoryName: "app" });
      await push(first);
      await first.stop();
      await writeFile(join(directory, "master.key"), `${Buffer.alloc(32).toString("base64")}\n`);
      const failure = await failureOf(startServer({ dataDirectory: directory }));
      expect([failure.exitCode, failure.output]).toEqual([
        1,
        expect.stringContaining("master key"),
      ]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("says so when its port is taken", async () => {
    const server = await startServer();
    try {
      const settings = { ENTREPOT_HTTP: new URL(server.origin).host };
      const failure = await failureOf(startServer({ settings }));
      expect([failure.exitCode, failure.output]).toEqual([
        1,
        expect.stringContaining(
          `ENTREPOT_HTTP is ${settings.ENTREPOT_HTTP}, where another program listens already: `,
        ),
      ]);
    } finally {
      await server.stop();
    }
  });
});

describe("a data directory that cannot be had", () => {
  it("is refused in one sentence that says what to do", async () => {
    const file = join(home, "a-file");
    await writeFile(file, "");
    const closed = join(home, "closed");
    await mkdir(closed, { mode: 0o500 });
    // Root may write anywhere but where nobody may.
    const forbidden = process.getuid?.() === 0 ? "/sys/entrepot" : join(closed, "data");
    for (const [path, what] of [
      [file, "is no directory: "],
      [join(file, "data"), "is no directory: "],
      [forbidden, "give it that right, or "],
    ] as const) {
      const { code, out, error } = await run("serve", "--data", path, "--http", "127.0.0.1:0");
      expect([code, out]).toEqual([1, ""]);
      expect(error).toMatch(/^entrepot: .* data directory .*\n$/);
      expect(error).toContain(`${path}${what.startsWith("is") ? " " : ": "}${what}name another`);
    }
  });
});

describe("the command line", () => {
  it.each([
    [["serev"], "unknown command 'serev' (did you mean serve?)"],
    [["serve", "--htp", "x"], "unknown option '--htp' (did you mean --http?)"],
    [["audit", "lsit"], "unknown command 'lsit' (did you mean list?)"],
    [["help", "audit", "nosuch"], "unknown command 'nosuch'; see entrepot audit --help"],
    [["nosuch"], "unknown command 'nosuch'; see entrepot --help"],
    [
      ["trash", "restore"],
      "missing required argument 'repository'; see entrepot trash restore --help",
    ],
    [["serve", "--http"], "option '--http <value>' argument missing; see entrepot serve --help"],
    [["serve", "--account", "12"], "ENTREPOT_ACCOUNT must be 12 digits."],
    [
      ["gc", "now"],
      "too many arguments for 'gc'. Expected 0 arguments but got 1; see entrepot gc --help",
    ],
  ])("refuses %j in one sentence, with exit code 2", async (words, sentence) => {
    const { code, out, error } = await run(...words);
    expect([code, out]).toEqual([2, ""]);
    expect(error.toLowerCase()).toBe(`entrepot: ${sentence}\n`.toLowerCase());
  });

  it("prints its version and its help", async () => {
    expect(JSON.parse((await run("version", "--json")).out)).toEqual({ version: "0.1.0" });
    expect((await run("--version")).out).toBe("entrepot 0.1.0\n");
    const help = await run("serve", "--help");
    expect([help.code, help.error]).toEqual([0, ""]);
    expect(help.out).toContain("--trusted-proxy");
  });

  it("shows a command's own help without all settings of the server, which it takes all the same", async () => {
    const help = await run("help", "audit", "list");
    expect([help.code, help.error]).toEqual([0, ""]);
    expect(help.out).toContain("--since");
    expect(help.out).toContain("entrepot serve --help lists them");
    expect(help.out).toContain("entrepot audit list --errors --since 24h");
    expect(help.out).not.toContain("--trusted-proxy");
    const { code, error } = await run("audit", "list", "--account", "12");
    expect([code, error]).toEqual([2, "entrepot: ENTREPOT_ACCOUNT must be 12 digits.\n"]);
  });

  it.each(["fsck", "gc", "backup"])("%s makes no registry where none is", async (command) => {
    const file = command === "backup" ? [join(home, "none.tar")] : [];
    const { code, out, error } = await run(command, ...file, "--json", "--data", "nowhere");
    expect([code, error]).toEqual([1, ""]);
    expect(JSON.parse(out).error).toMatch(/^There is no registry in \S+nowhere: name its data dir/);
    await expect(stat(join(home, "nowhere"))).rejects.toThrow("ENOENT");
  });
});

/** By name, the status of each check. */
function checks(out: string): Record<string, string> {
  const { checks: found } = JSON.parse(out) as { checks: { name: string; status: string }[] };
  return Object.fromEntries(found.map(({ name, status }) => [name, status]));
}

async function call(server: RunningServer, operation: string, input: object): Promise<unknown> {
  const ecr = await import("@aws-sdk/client-ecr");
  const client = new ecr.ECRClient({
    region: "us-east-1",
    endpoint: server.origin,
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
  });
  const Command = (ecr as unknown as Record<string, new (input: object) => never>)[
    `${operation}Command`
  ]!;
  return client.send(new Command(input));
}

/** Opens an upload, which seals a first data key. */
async function push(server: RunningServer): Promise<void> {
  await call(server, "InitiateLayerUpload", { repositoryName: "app" });
}
