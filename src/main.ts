/** The program: reads the command line, runs it, and ends with its exit code. */
import { join } from "node:path";
import { SystemClock } from "./adapters/clock/system.ts";
import { readRootKey } from "./adapters/credentials/root-key-file.ts";
import { LineWriter } from "./adapters/telemetry/line-writer.ts";
import { createLog, type Logger } from "./adapters/telemetry/log.ts";
import { authorityFile, type Server, startServer } from "./app.ts";
import { containerEngine, containerRuntimes } from "./commands/container-runtimes.ts";
import { runBackup, runMigrate, runRestore } from "./commands/copy-commands.ts";
import { rotateMasterKey } from "./commands/rotate-master-key.ts";
import { scanCommands } from "./commands/scan-commands.ts";
import { takeoverCommands } from "./commands/takeover-commands.ts";
import { vulndbCommands } from "./commands/vulndb-commands.ts";
import { type Config, clientEnvironment, loadConfig, SettingsError } from "./config.ts";
import { type Client, CommandError } from "./doors/cli/client.ts";
import { runCommandLine } from "./doors/cli/command-line.ts";
import type { GivenSettings } from "./doors/cli/commands.ts";
import type { RotateResult, RotateWish } from "./doors/cli/rotate.ts";
import { welcome } from "./doors/cli/welcome.ts";
import type { MetadataStore } from "./ports/metadata-store.ts";
import type { Ports } from "./ports/ports.ts";
import type { TrailTarget } from "./ports/trail-target.ts";
import { version } from "./program-version.ts";
import { registryAddress } from "./registry/deployment.ts";
import { limits } from "./registry/limits.ts";
import { openTrailTarget } from "./server/open-trail-targets.ts";
import { type SettingName, settingList } from "./settings/settings.ts";
import { trailPlace } from "./settings/trail-settings.ts";
import { credentialsFile, openMetadata, openStore } from "./store.ts";
import { checkStore } from "./workers/check-store.ts";
import { type Reclaimed, type ReclaimOptions, reclaimAlone } from "./workers/reclaim.ts";

const clock = new SystemClock();
const exitMs = 500;

/** @throws CommandError with what is wrong with the settings */
function configOf({ flags, configFile }: GivenSettings): Config {
  try {
    return loadConfig({ flags: flags as Partial<Record<SettingName, string>>, configFile });
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError(error.message, 2);
    throw error;
  }
}

/** Serves until a signal, or until the process can no longer be relied on. */
async function serve(given: GivenSettings, output: { json: boolean }): Promise<number> {
  const config = configOf(given);
  const lines = new LineWriter({ stream: process.stdout });
  const log = createLog(config.logLevel, lines);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let exitCode = 0;
  const fail = (event: string, message: string) => (err: unknown) => {
    log.fatal({ event, err }, message);
    void lines.flush();
    exitCode = 1;
    end();
  };
  const crashed = fail("crash", "an error that nobody caught");
  process.on("uncaughtException", crashed);
  process.on("unhandledRejection", crashed);
  const onFatal = fail("fatal", "storage cannot be relied on any more");
  try {
    const server = await startServer(config, { clock, log, onFatal });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        log.info({ event: "stopping", signal });
        void lines.flush();
        end();
      });
    }
    process.on("SIGHUP", () => {
      server.refreshCertificate().catch((err) => {
        log.error({ event: "certificate", err }, "the certificate could not be read anew");
      });
    });
    if (!output.json) lines.write(welcomeText(config, server));
    announce(config, server, log);
    void lines.flush();
    await ended;
    await stop(server, exitCode === 0 ? limits.shutdownMs : limits.crashDrainMs, log);
    return exitCode;
  } finally {
    await lines.flush();
    setTimeout(() => process.exit(), exitMs).unref(); // What still hangs is not waited for.
  }
}

/** Within the time that a stop may take, whatever hangs. */
async function stop(server: Server, withinMs: number, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.error({ event: "stopped" }, "something did not end in time");
      resolve();
    }, withinMs + 1_000);
  });
  const stopped = server.stop(withinMs).then(
    () => log.info({ event: "stopped" }),
    (err: unknown) => log.error({ event: "stopped", err }, "the server did not stop cleanly"),
  );
  await Promise.race([stopped, late]);
  clearTimeout(timer);
}

function welcomeText(config: Config, server: Server): string {
  const { isFirstStart, newRootKey, deployment } = server;
  const { httpPort, httpsPort } = server.listening.ports;
  return welcome({
    version,
    firstStart: isFirstStart,
    newKey: newRootKey,
    httpUrl: urlOf("http", "localhost", httpPort),
    httpsUrl: urlOf("https", config.domain, httpsPort),
    registryAddress: registryAddress(deployment, config),
    region: config.region,
    dataDirectory: config.dataDirectory,
    authorityFile: authorityFile(config),
    credentialsFile: credentialsFile(config),
  });
}

/** Says in the log that the server is ready, and where. */
function announce(config: Config, server: Server, log: Logger): void {
  const { httpPort, httpsPort, publicPort } = server.listening.ports;
  log.info({
    event: "ready",
    version,
    http: urlOf("http", hostOf(config.http), httpPort),
    https: urlOf("https", hostOf(config.https), httpsPort),
    public: urlOf("http", hostOf(config.publicHttp), publicPort),
    privateEndpoints: endpointUrls(config, server),
    data: config.dataDirectory,
    firstStart: server.isFirstStart,
  });
}

/** By their ids; `undefined` where there are none. */
function endpointUrls(config: Config, server: Server): Record<string, string> | undefined {
  if (config.privateListeners.length === 0) return undefined;
  const urls = config.privateListeners.map((listener) => {
    const { id } = listener.endpoint;
    const port = server.listening.endpointPorts.get(id);
    return [id, urlOf(listener.scheme, hostOf(listener), port) ?? ""];
  });
  return Object.fromEntries(urls) as Record<string, string>;
}

function hostOf(address: Config["http"]): string {
  const host = address?.host ?? "";
  return host.includes(":") ? `[${host}]` : host;
}

function urlOf(scheme: string, host: string, port: number | undefined): string | undefined {
  return port === undefined ? undefined : `${scheme}://${host}:${port}`;
}

function clientOf(config: Config): Client {
  return {
    ...clientEnvironment(),
    httpUrl: urlOf("http", "localhost", config.http?.port),
    httpsUrl: urlOf("https", config.domain, config.https?.port),
    domain: config.domain,
    account: config.account,
    region: config.region,
    dataDirectory: config.dataDirectory,
    authorityFile: join(config.dataDirectory, "tls", "ca.pem"),
    rootKey: async () => config.rootAccessKey ?? readRootKey(credentialsFile(config)),
  };
}

/** A URL needs no settings, which may not be there where a copy is verified. */
function trailTarget(given: GivenSettings, place: string): TrailTarget {
  if (/^(file|s3):/.test(place)) {
    const parsed = trailPlace(place);
    if (typeof parsed !== "string") return openTrailTarget(parsed);
    throw new CommandError(`the place ${parsed}`, 2);
  }
  const named = configOf(given).trailTargets.get(place);
  if (named !== undefined) return openTrailTarget(named);
  throw new CommandError(`ENTREPOT_TRAIL_TARGETS does not name "${place}"`, 2);
}

/** For commands that go on and on: the first process of a container is not ended by signals. */
function stopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

/** @throws CommandError when somebody else does so, or copies what is stored */
async function reclaimNow(ports: Ports, options: ReclaimOptions): Promise<Reclaimed> {
  const freed = await reclaimAlone(ports, options);
  if (freed !== undefined) return freed;
  throw new CommandError("a replica collects garbage already, or a backup is being made");
}

/** Opens the data directory without a server, for as long as `work` takes. */
async function withStore<T>(given: GivenSettings, work: (ports: Ports) => Promise<T>): Promise<T> {
  const { promise: failure, reject: onFatal } = Promise.withResolvers<never>();
  failure.catch(() => {}); // Heard below, if it comes while the work is under way.
  const store = await openStore(configOf(given), { clock, onFatal, warn, use: "look after" });
  try {
    return await Promise.race([work(store.ports), failure]);
  } finally {
    await store.close();
  }
}

/** Ends the work when storage can no longer be relied on. */
async function runRotate(config: Config, wish: RotateWish): Promise<RotateResult> {
  const { promise: failure, reject: onFatal } = Promise.withResolvers<never>();
  failure.catch(() => {}); // Heard below, if it comes while the work is under way.
  const open = () => openStore(config, { clock, onFatal, warn, use: "copy from" });
  return Promise.race([rotateMasterKey({ clock, warn, open }, config, wish), failure]);
}

const warn = (sentence: string) => process.stderr.write(`entrepot: ${sentence}\n`);
const copyProgram = { version, clock, clientOf, warn };

/** What is imported here, every replica has: of a fleet, that needs its database alone. */
async function openFleet(config: Config): Promise<MetadataStore> {
  const onFatal = (error: unknown) => {
    throw error;
  };
  return (await openMetadata(config, { onFatal, warn, use: "copy from" })).metadata;
}

// Whoever reads may leave before the end, as `head` does; that is no failure.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  {
    version,
    settings: settingList,
    serve,
    client: (given) => clientOf(configOf(given)),
    now: () => clock.now(),
    fsck: (given, options) => withStore(given, (ports) => checkStore(ports, options)),
    gc: (given, options) => withStore(given, (ports) => reclaimNow(ports, options)),
    backup: (given, wish) => runBackup(copyProgram, configOf(given), wish),
    restore: (given, wish) => runRestore(copyProgram, configOf(given), wish),
    migrate: (wish) => runMigrate(copyProgram, wish),
    containerEngine,
    containerRuntimes,
    trailTarget,
    stopped,
    rotateMasterKey: (given, wish) => runRotate(configOf(given), wish),
    vulndb: (given) => vulndbCommands({ clock, config: configOf(given), openFleet }),
    scan: (given) => {
      const config = configOf(given);
      return scanCommands({ config, client: clientOf(config), standardInput: process.stdin });
    },
    takeover: (given) => {
      const config = configOf(given);
      return takeoverCommands({ config, client: clientOf(config), clock, openFleet });
    },
  },
  { out: process.stdout, error: process.stderr },
);
