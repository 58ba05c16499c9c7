import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fleetSettings } from "./fleet-settings.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const startTimeoutMs = 30_000;

export interface ServerOptions {
  /** The `main.ts` of another version, to compare with. */
  readonly program?: string | undefined;
  /** An existing or new data directory that the caller removes. Without it, one is made and removed. */
  dataDirectory?: string;
  /** Settings, by their environment names; both listeners are on free ports of 127.0.0.1 by default. */
  settings?: Readonly<Record<string, string>>;
  /** Words of a command that runs the program it is given, such as `ip netns exec <name>`. */
  within?: readonly string[];
  /** Flags for Node itself, before the program's name. */
  nodeArguments?: readonly string[];
}

export interface RunningServer {
  /** `http://127.0.0.1:<port>`, or "" when the listener is off. */
  readonly origin: string;
  /** `https://127.0.0.1:<port>`, or "" when the listener is off. */
  readonly httpsOrigin: string;
  /** Of the public registry's own listener, or "" when it is off. */
  readonly publicOrigin: string;
  /** Of the private endpoints, by their ids. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The certificate authority's PEM text; "" when the operator brought a certificate. */
  readonly ca: string;
  readonly dataDirectory: string;
  readonly process: ChildProcess;
  /** Everything that the server wrote so far, both streams. */
  output(): string;
  /** Resolves with the exit code once the server is gone, whatever ended it; `null` after a signal. */
  readonly exited: Promise<number | null>;
  /** SIGTERM; resolves with the exit code. A data directory that `startServer` made is removed. */
  stop(options?: { keepData?: boolean }): Promise<number | null>;
  /** SIGKILL, as a crash would be. Keeps the data directory, so that a test can start again on it. */
  kill(): Promise<void>;
}

/** What a server that did not start said, and its exit code. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
  readonly exitCode: number | null;
  readonly output: string;

  constructor(exitCode: number | null, output: string) {
    super(`the server ended with code ${exitCode} before it was ready:\n${output}`);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/**
 * Starts a real server process and resolves once it answers.
 * @throws StartFailure when the process ends first
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const made = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), "entrepot-")));
  // Who names a database names the rest as well.
  const isNamed = options.settings?.ENTREPOT_DATABASE !== undefined;
  const stores = isNamed ? {} : await fleetSettings(dataDirectory);
  const settings = { ...stores, ...options.settings };
  const [program = "", ...words] = [...(options.within ?? []), process.execPath];
  const child = spawn(
    program,
    [...words, ...(options.nodeArguments ?? []), options.program ?? main, "serve"],
    {
      cwd: tmpdir(),
      env: environment(dataDirectory, settings),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = once(child, "close").then(([code]) => code as number | null);
  const addresses = await ready(child, () => output, exited);
  return {
    origin: addresses.http ?? "",
    httpsOrigin: addresses.https ?? "",
    publicOrigin: addresses.public ?? "",
    endpoints: addresses.privateEndpoints ?? {},
    ...(await rootKey(dataDirectory, options.settings ?? {})),
    ca: await readFile(join(dataDirectory, "tls", "ca.pem"), "utf8").catch(() => ""),
    dataDirectory,
    process: child,
    output: () => output,
    exited,
    async stop({ keepData = false } = {}) {
      child.kill("SIGTERM");
      const code = await exited;
      if (made && !keepData) await rm(dataDirectory, { recursive: true, force: true });
      return code;
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function rootKey(dataDirectory: string, settings: Readonly<Record<string, string>>) {
  const given = settings.ENTREPOT_ROOT_ACCESS_KEY_ID;
  const text = given ? "" : await readFile(join(dataDirectory, "credentials"), "utf8");
  const value = (name: string) => new RegExp(`^${name}\\s*=\\s*(\\S+)`, "m").exec(text)?.[1] ?? "";
  return {
    accessKeyId: given ?? value("aws_access_key_id"),
    secretAccessKey: settings.ENTREPOT_ROOT_SECRET_ACCESS_KEY ?? value("aws_secret_access_key"),
  };
}

/** The machine's environment without its own settings of Entrepot, and the test's instead. */
function environment(dataDirectory: string, settings: Readonly<Record<string, string>>) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ENTREPOT_"));
  return {
    ...Object.fromEntries(inherited),
    ENTREPOT_DATA: dataDirectory,
    ENTREPOT_HTTP: "127.0.0.1:0",
    ENTREPOT_HTTPS: "127.0.0.1:0",
    ENTREPOT_PUBLIC_HTTP: "127.0.0.1:0",
    ...settings,
  };
}

interface Addresses {
  readonly http?: string;
  readonly https?: string;
  readonly public?: string;
  readonly privateEndpoints?: Record<string, string>;
}

/** Waits for the line in which the server names its addresses. */
function ready(
  child: ChildProcess,
  output: () => string,
  exited: Promise<number | null>,
): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const line = output()
        .split("\n")
        .slice(0, -1)
        .find((text) => text.startsWith("{") && text.includes('"event":"ready"'));
      if (line === undefined) return;
      clearTimeout(timer);
      child.stdout?.off("data", look);
      resolve(JSON.parse(line) as Addresses);
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the server was not ready in ${startTimeoutMs} ms:\n${output()}`));
    }, startTimeoutMs);
    child.stdout?.on("data", look);
    void exited.then((code) => {
      clearTimeout(timer);
      reject(new StartFailure(code, output()));
    });
    child.on("error", reject);
  });
}
