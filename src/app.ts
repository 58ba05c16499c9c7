/** The composition root, which with `store.ts` is the only place that picks adapters. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { IdentityCredentials } from "./adapters/credentials/identity.ts";
import type { RootKey } from "./adapters/credentials/root-key-file.ts";
import type { Logger } from "./adapters/telemetry/log.ts";
import { Metrics } from "./adapters/telemetry/metrics.ts";
import { PortTimes } from "./adapters/telemetry/port-times.ts";
import { RequestLog } from "./adapters/telemetry/request-log.ts";
import type { Traces } from "./adapters/telemetry/traces.ts";
import type { Config } from "./config.ts";
import { arrivalOf, type EndpointOf } from "./doors/aws/arrival.ts";
import { type AwsDoorOptions, awsDoor } from "./doors/aws/aws-door.ts";
import { anonymousCaller } from "./doors/aws/login.ts";
import { signedGets } from "./doors/aws/signed-get.ts";
import { jsonError } from "./doors/aws/wire.ts";
import { consoleDoor } from "./doors/console/console-door.ts";
import { readStaticFiles } from "./doors/console/static-files.ts";
import { distributionDoor } from "./doors/distribution/distribution-door.ts";
import { eventsDoor } from "./doors/events/events-door.ts";
import { healthDoor } from "./doors/health/health-door.ts";
import { Readiness } from "./doors/health/readiness.ts";
import { clientConnection } from "./doors/listeners/client-connection.ts";
import { httpApp } from "./doors/listeners/http-app.ts";
import { Listeners } from "./doors/listeners/listeners.ts";
import { type ReceivedRequest, requestIdOf } from "./doors/listeners/received-request.ts";
import { headAt } from "./doors/listeners/timed-response.ts";
import { operations } from "./operations/index.ts";
import type { Observer } from "./operations/perform.ts";
import type { Deployment } from "./registry/deployment.ts";
import type { RegistryError } from "./registry/errors.ts";
import { FailedLogins } from "./registry/identity/failed-logins.ts";
import { openOrganization } from "./registry/identity/organization.ts";
import { limits } from "./registry/limits.ts";
import { type AnsweredCall, countRequest } from "./registry/usage/count-request.ts";
import { beginForwarding, startWork, startWriters } from "./server/background.ts";
import { certificatesOf } from "./server/certificates-of.ts";
import { deploymentOf } from "./server/deployment-of.ts";
import { mirrorApp } from "./server/mirror-app.ts";
import { OpenListeners, servesTls } from "./server/open-listeners.ts";
import { type OpenedPeers, openPeers } from "./server/open-peers.ts";
import { openTraces, type Telemetry } from "./server/open-traces.ts";
import { namesPublicHost, publicApp } from "./server/public-app.ts";
import { openStore, type Store, type StoreOptions } from "./store.ts";

export interface ServerOptions extends Omit<StoreOptions, "warn"> {
  readonly log: Logger;
}

/** Where the local authority keeps its certificate; `undefined` where there is none. */
export function authorityFile(config: Config): string | undefined {
  const isUsed = config.tls === undefined && servesTls(config);
  return isUsed ? join(config.dataDirectory, "tls", "ca.pem") : undefined;
}

/**
 * Opens everything and listens.
 * @throws with a sentence for the operator
 */
export async function startServer(config: Config, options: ServerOptions): Promise<Server> {
  const warn = (sentence: string) => options.log.warn({ event: "store" }, sentence);
  const portTimes = new PortTimes();
  const traces = await openTraces(config, portTimes);
  const store = await openStore(config, { ...options, warn, observer: traces ?? portTimes });
  const server = new Server(config, options.log, store, { portTimes, traces });
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.stop(0);
    throw error;
  }
}

/** What the doors have in common. */
type DoorParts = Pick<AwsDoorOptions, "environment" | "credentials" | "failedLogins" | "observer">;

/** What `npm run build:console` makes. */
const builtConsole = join(import.meta.dirname, "..", "console", "dist");

const certificateCheckMs = 3600 * 1000;
/** Of the time that a stop may take, what is kept for handlers whose connection was cut. */
const settleMs = 5_000;
const settleCheckMs = 10;

export class Server {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #traces: Traces | undefined;
  readonly #store: Store;
  readonly #listeners: Listeners;
  readonly #open: OpenListeners;
  readonly #metrics: Metrics;
  readonly #requests: RequestLog;
  readonly #readiness: Readiness;
  readonly #stops: ((withinMs: number) => Promise<void>)[] = [];
  #app: FastifyInstance | undefined;
  /** What is asked of the public registry never comes to the other one. */
  #publicApp: FastifyInstance | undefined;
  #mirrorApp: FastifyInstance | undefined;
  #peers: OpenedPeers | undefined;
  #rootKey: (RootKey & { created: boolean }) | undefined;
  #running = 0;
  /** Write what requests have left to be written: the last thing of a stop. */
  readonly #writers: (() => Promise<void>)[] = [];
  #stopping: Promise<void> | undefined;

  /** Use `startServer`. */
  constructor(config: Config, log: Logger, store: Store, { portTimes, traces }: Telemetry) {
    const { ports, checkKeys, logBytes, load } = store;
    const { clock } = ports;
    const { isTrustedProxy } = config;
    this.#traces = traces;
    this.#config = config;
    this.#log = log;
    this.#store = store;
    this.#listeners = new Listeners({
      clock,
      isTrustedProxy,
      handler: this.#handle,
      failed: (err) => log.error({ event: "listener", err }, "a connection could not be taken"),
    });
    const connections = () => this.#listeners.connections;
    this.#metrics = new Metrics({ ...ports, connections, logBytes, load, portTimes });
    const addressOf = (request: IncomingMessage) =>
      clientConnection(request, isTrustedProxy).address;
    const ended = (call: AnsweredCall) => {
      const destination = config.destinationOf(call.caller.sourceIp);
      countRequest(ports.memory.usage, call, destination, clock.now());
    };
    this.#requests = new RequestLog({ log, metrics: this.#metrics, addressOf, headAt, ended });
    this.#readiness = new Readiness({
      ports,
      checkKeys,
      changed: (ready, err) => log[ready ? "info" : "error"]({ event: "readiness", ready, err }),
    });
    const certificates = certificatesOf(config, clock);
    this.#open = new OpenListeners(config, { listeners: this.#listeners, certificates, log });
  }

  get deployment(): Deployment {
    return deploymentOf(this.#config, this.#open.ports, this.#peers?.peers);
  }

  /** Where it listens, by what the port is for; `undefined` where that is off. */
  get listening(): Pick<OpenListeners, "endpointPorts" | "ports"> {
    return this.#open;
  }

  /** Whether this start made the data directory. */
  get isFirstStart(): boolean {
    return this.#store.isNew;
  }

  /** The root's key, where this very start made it. */
  get newRootKey(): RootKey | undefined {
    return this.#rootKey?.created === true ? this.#rootKey : undefined;
  }

  async start(): Promise<void> {
    const rootKey = await this.#store.rootKey();
    this.#rootKey = rootKey;
    await this.#open.open();
    const { role, readOnly } = this.#config;
    const background = { config: this.#config, log: this.#log, store: this.#store };
    if (!readOnly) await beginForwarding(background);
    // What is read-only sends nothing and fetches nothing.
    const ways = readOnly ? new Map() : this.#config.peers;
    this.#peers = await openPeers(ways, this.#store.ports.clock, async () => rootKey);
    const { peers } = this.#peers;
    this.#app = await this.#compose(rootKey);
    this.#watch();
    if (readOnly) return;
    this.#writers.push(...startWriters({ ...background, metrics: this.#metrics }));
    if (role !== "api") {
      this.#stops.push(...(await startWork({ ...background, metrics: this.#metrics, peers })));
    }
  }

  #watch(): void {
    // A rotation of the master key brings keys that have to be known before they are used.
    const keys = () => this.#store.keyring.refresh();
    this.#every(limits.keyringRefreshMs, keys, "keys", "the keyring could not be read anew");
    if (!servesTls(this.#config)) return;
    const certificate = () => this.refreshCertificate();
    const failed = "the certificate could not be renewed";
    this.#every(certificateCheckMs, certificate, "certificate", failed);
  }

  /** Until the stop; a failure is told, and the next time comes all the same. */
  #every(ms: number, work: () => Promise<unknown>, event: string, failed: string): void {
    const timer = setInterval(() => {
      work().catch((err) => this.#log.error({ event, err }, failed));
    }, ms);
    timer.unref();
    this.#stops.push(async () => clearInterval(timer));
  }

  /**
   * Not ready from now on; takes no more connections; lets what runs finish or, after most of
   * `withinMs`, cuts it, which keeps what uploads have received; then closes the database.
   */
  stop(withinMs: number = limits.shutdownMs): Promise<void> {
    this.#stopping ??= this.#stop(withinMs);
    return this.#stopping;
  }

  /** Shows the certificate that is right now: at SIGHUP, and every hour. */
  refreshCertificate(): Promise<void> {
    return this.#open.refreshCertificate();
  }

  #appFor(request: IncomingMessage): FastifyInstance | undefined {
    const purpose = this.#listeners.purposeOf(request);
    if (purpose === "mirror") return this.#mirrorApp;
    const isPublic = purpose === "public" || namesPublicHost(this.#config, request);
    return isPublic ? this.#publicApp : this.#app;
  }

  readonly #handle = (request: ReceivedRequest, response: ServerResponse): void => {
    const app = this.#appFor(request);
    if (app === undefined) {
      response.writeHead(503, { "content-length": "0", "retry-after": "1" }).end(); // Still starting.
      return;
    }
    const id = this.#requests.begin(request, response);
    request.id = id;
    // Node writes a head quickly only when nothing was set before it, which pulls profit from most.
    if (!isPull(request)) response.setHeader("x-amzn-RequestId", id);
    const { routing } = app;
    if (this.#traces === undefined) routing(request, response);
    else this.#traces.request(request, response, id, () => routing(request, response));
  };

  async #compose(rootKey: RootKey): Promise<FastifyInstance> {
    const { isTrustedProxy, readOnly } = this.#config;
    const { ports } = this.#store;
    const { accessKeyId: rootAccessKeyId } = rootKey;
    const opened = await openOrganization(ports, this.#config, readOnly);
    const organization = { ...opened, rootAccessKeyId };
    const shared = {
      environment: {
        ...{ ports, deployment: this.deployment, organization },
        afterwards: { push: (work: Promise<unknown>) => this.#count(work) },
      },
      credentials: new IdentityCredentials(ports, organization, rootKey),
      failedLogins: new FailedLogins(ports.clock),
      observer: this.#observer(),
    };
    const endpointOf = (request: IncomingMessage) => this.#listeners.endpointOf(request);
    const connectionOf = (request: IncomingMessage) => ({
      ...clientConnection(request, isTrustedProxy),
      endpoint: endpointOf(request),
    });
    const parts = {
      log: this.#log as FastifyBaseLogger,
      isTrustedProxy,
      idOf: requestIdOf,
      began: (outcome: Promise<unknown>) => this.#count(outcome),
    };
    const isReady = () => this.#readiness.isReady();
    const app = httpApp(parts);
    if (this.#config.role !== "worker") {
      await app.register(awsDoor({ ...shared, operations, endpointOf }));
      await app.register(this.#eventsDoor(shared, endpointOf));
      await app.register(this.#consoleDoor(shared, endpointOf));
      const nameError = (error: RegistryError) => jsonError(error).code;
      const distribution = { ...shared, log: this.#log, connectionOf, nameError };
      await app.register(distributionDoor(distribution));
      const pullRates = this.#config.publicPulls;
      this.#publicApp = await publicApp(parts, { ...distribution, pullRates, isReady });
      const principalArn = this.#config.mirror?.principalArn;
      if (principalArn !== undefined) {
        this.#mirrorApp = await mirrorApp(parts, { ...distribution, principalArn, isReady });
      }
    }
    await app.register(healthDoor({ isReady, metrics: () => this.#metrics.text() }));
    await app.ready();
    return app;
  }

  /** Streams go on until they are ended, so that a stop does not wait for them. */
  #eventsDoor(shared: DoorParts, endpointOf: EndpointOf) {
    const { environment, observer, ...login } = shared;
    const stopping = new AbortController();
    this.#stops.push(async () => stopping.abort());
    return eventsDoor({
      ...{ ports: environment.ports, observer, stopping: stopping.signal, refusal: jsonError },
      login: signedGets({ ...environment, ...login, endpointOf }),
    });
  }

  #consoleDoor(shared: DoorParts, endpointOf: EndpointOf) {
    const { environment, observer, ...login } = shared;
    const { deployment } = environment;
    return consoleDoor({
      ...{ ...environment, failedLogins: login.failedLogins, refusal: jsonError },
      files: readStaticFiles(builtConsole),
      login: signedGets({ ...environment, ...login, endpointOf }),
      anonymous: (request) => anonymousCaller(deployment, arrivalOf(request, endpointOf)),
    });
  }

  #observer(): Observer {
    const traces = this.#traces;
    return {
      ...(traces && { step: (name, work) => traces.step(name, work) }),
      began: (event) => this.#requests.began(event),
      performed: (event) => this.#metrics.performed(event),
    };
  }

  #count(outcome: Promise<unknown>): void {
    this.#running += 1;
    const over = () => {
      this.#running -= 1;
    };
    outcome.then(over, over);
  }

  async #stop(withinMs: number): Promise<void> {
    const { clock } = this.#store.ports;
    const deadline = clock.now() + withinMs;
    this.#readiness.stop();
    this.#listeners.stopAccepting();
    for (const response of this.#requests.unfinished()) {
      if (!response.headersSent) response.shouldKeepAlive = false;
    }
    const stopped = Promise.all(this.#stops.map((stop) => stop(Math.max(0, withinMs - settleMs))));
    await this.#listeners.drain(Math.max(0, withinMs - settleMs));
    while (this.#running > 0 && clock.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, settleCheckMs));
    }
    await stopped;
    await this.#app?.close();
    await this.#publicApp?.close();
    await this.#mirrorApp?.close();
    this.#peers?.close();
    for (const write of this.#writers) await write();
    await this.#store.close();
    await this.#traces?.close();
  }
}

function isPull({ method, url }: IncomingMessage): boolean {
  return (method === "GET" || method === "HEAD") && url !== undefined && url.startsWith("/v2/");
}
