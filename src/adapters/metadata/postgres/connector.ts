import { type ClientConfig, DatabaseError } from "pg";
import { describeHost, type PostgresAddress, type PostgresHost } from "./connection-url.ts";
import { mayConnectLater, messageOf, NotConnected, ServerError } from "./postgres-error.ts";
import { PostgresSession } from "./postgres-session.ts";
import {
  askFacts,
  type ServerFacts,
  setDurable,
  setPlans,
  setTimeouts,
  usualTimeouts,
} from "./settings.ts";

const oldestVersion = 15;
const keepAliveMs = 15_000;
/** The server's own timeouts fire before; this one is for servers that are not there any more. */
export const silenceMs = usualTimeouts.statementMs + 5_000;

/** Connects to the first of the hosts that takes writes. */
export class Connector {
  readonly #address: PostgresAddress;
  readonly #connectTimeoutMs: number;
  readonly #warn: (message: string) => void;
  readonly #warned = new Set<string>();
  /** The host that served last is asked first. */
  #favourite: PostgresHost | undefined;

  constructor(address: PostgresAddress, connectTimeoutMs: number, warn: (message: string) => void) {
    this.#address = address;
    this.#connectTimeoutMs = address.connectTimeoutMs ?? connectTimeoutMs;
    this.#warn = warn;
  }

  /** @throws NotConnected with what each host had to say */
  async connect(): Promise<PostgresSession> {
    const { hosts } = this.#address;
    const favourite = this.#favourite;
    const inOrder =
      favourite === undefined ? hosts : [favourite, ...hosts.filter((host) => host !== favourite)];
    const refusals: NotConnected[] = [];
    for (const host of inOrder) {
      try {
        const session = await this.#connectTo(host);
        this.#favourite = host;
        return session;
      } catch (error) {
        refusals.push(refusal(host, error));
      }
    }
    throw new NotConnected(
      refusals.map(({ message }) => message).join("; "),
      refusals.some(({ mayPass }) => mayPass),
      refusals[0]?.cause,
    );
  }

  async #connectTo(host: PostgresHost): Promise<PostgresSession> {
    const session = await PostgresSession.connect(this.#config(host));
    try {
      const options = { prepare: false, silenceMs: this.#connectTimeoutMs };
      const commands = this.#address.prepares
        ? [askFacts, setTimeouts(usualTimeouts, false), setPlans(false)]
        : [askFacts];
      const [answer] = await session.run(commands, options);
      const facts = answer?.rows[0] as ServerFacts;
      this.#requireFit(facts);
      if (facts.synchronous_commit === "off" && this.#address.prepares) {
        await session.run([setDurable(false)], options);
      }
      return session;
    } catch (error) {
      session.destroy(error);
      throw error;
    }
  }

  #config(host: PostgresHost): ClientConfig {
    const { user, password, database, tls, applicationName } = this.#address;
    return {
      ...host,
      user,
      database,
      ...(password === undefined ? {} : { password }),
      ssl: host.host.startsWith("/") ? false : tls,
      application_name: applicationName,
      connectionTimeoutMillis: this.#connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveMs,
    };
  }

  #requireFit(facts: ServerFacts): void {
    const version = Math.floor(facts.version / 10_000);
    if (version < oldestVersion) {
      throw new NotConnected(
        `PostgreSQL ${version} is too old: ${oldestVersion} or later is needed`,
        false,
        undefined,
      );
    }
    if (facts.encoding !== "UTF8") {
      throw new NotConnected(
        `the database is encoded in ${facts.encoding}: UTF8 is needed`,
        false,
        undefined,
      );
    }
    const isReadOnly = this.#address.readWrite && facts.read_only !== "off";
    if (facts.is_standby || isReadOnly) {
      throw new NotConnected("the server takes no writes (a standby)", true, undefined);
    }
    if (facts.synchronous_commit === "off") {
      this.#warnOnce("synchronous_commit is off in the database; Entrepot's own commits wait");
    }
    for (const name of ["fsync", "full_page_writes"] as const) {
      if (facts[name] !== "off") continue;
      this.#warnOnce(`${name} is off in the database: a power cut may lose what was acknowledged`);
    }
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#warn(message);
  }
}

/** What goes wrong while connecting is told with the host, and says whether to try again. */
function refusal(host: PostgresHost, error: unknown): NotConnected {
  const said = error instanceof DatabaseError ? new ServerError(error) : error;
  const mayPass =
    said instanceof ServerError
      ? mayConnectLater(said)
      : said instanceof NotConnected
        ? said.mayPass
        : !isAboutTls(said);
  return new NotConnected(`${describeHost(host)}: ${messageOf(said)}`, mayPass, said);
}

/** A certificate does not become another one by waiting. */
function isAboutTls(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code === "string") return /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code);
  return /does not support SSL|client password must be/.test(messageOf(error));
}
