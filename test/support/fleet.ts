/** Several server processes on one PostgreSQL and one bucket, as a fleet has them. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { checkStore, type FsckReport } from "../../src/workers/check-store.ts";
import { ecrClient, loginPassword } from "../interop/registry.ts";
import { openFleetStore } from "./fleet-store.ts";
import { OciClient } from "./oci-client.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { type S3Server, startS3 } from "./s3.ts";
import { type RunningServer, startServer } from "./server.ts";

export interface FleetOptions {
  readonly replicas: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** In the place of the database's own port: of a proxy in front of it. */
  readonly databasePort?: (port: number) => Promise<number>;
  /** In the place of the S3 server's own URL. */
  readonly endpoint?: (endpoint: string) => Promise<string>;
  /** Further hosts of the database's URL, for a standby. */
  readonly moreHosts?: readonly string[];
  readonly postgres?: PostgresServer;
}

export class Fleet {
  readonly postgres: PostgresServer;
  readonly s3: S3Server;
  /** What every replica is told. */
  readonly settings: Readonly<Record<string, string>>;
  readonly replicas: RunningServer[] = [];
  #authorization = "";

  /** Use `start`. */
  private constructor(
    postgres: PostgresServer,
    s3: S3Server,
    settings: Readonly<Record<string, string>>,
  ) {
    this.postgres = postgres;
    this.s3 = s3;
    this.settings = settings;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const postgres = options.postgres ?? (await startPostgres({ fsync: true }));
    const s3 = await startS3();
    const url = new URL(await postgres.createDatabase());
    const port = (await options.databasePort?.(postgres.port)) ?? postgres.port;
    const hosts = [`127.0.0.1:${port}`, ...(options.moreHosts ?? [])].join(",");
    const database = `postgres://${url.username}:${url.password}@${hosts}${url.pathname}`;
    const endpoint = (await options.endpoint?.(s3.endpoint)) ?? s3.endpoint;
    const fleet = new Fleet(postgres, s3, {
      ENTREPOT_DATABASE: `${database}?sslmode=disable&target_session_attrs=read-write`,
      ENTREPOT_BLOBS: `s3://${s3.bucket}/fleet?endpoint=${encodeURIComponent(endpoint)}&region=us-east-1`,
      ENTREPOT_MASTER_KEY: randomBytes(32).toString("base64"),
      ENTREPOT_ROOT_ACCESS_KEY_ID: "AKIAFLEETFLEETFLEET1",
      ENTREPOT_ROOT_SECRET_ACCESS_KEY: randomBytes(20).toString("hex"),
      ENTREPOT_HTTPS: "off",
      ...s3.environment,
      ...options.settings,
    });
    for (let index = 0; index < options.replicas; index++) await fleet.add();
    return fleet;
  }

  /** One more replica. */
  async add(settings: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
    const server = await startServer({ settings: { ...this.settings, ...settings } });
    this.replicas.push(server);
    return server;
  }

  /** A client of that replica, with a token that any of them may have given. */
  async client(replica: number): Promise<OciClient> {
    if (this.#authorization === "") {
      const ecr = ecrClient(this.replicas[0]!, "plain HTTP");
      const login = `AWS:${await loginPassword(ecr)}`;
      ecr.destroy();
      this.#authorization = `Basic ${Buffer.from(login).toString("base64")}`;
    }
    const { origin } = this.replicas[replica]!;
    return new OciClient(origin, { authorization: this.#authorization });
  }

  async createRepository(
    repositoryName: string,
    imageTagMutability: "MUTABLE" | "IMMUTABLE" = "MUTABLE",
  ): Promise<void> {
    const ecr = ecrClient(this.replicas[0]!, "plain HTTP");
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability }));
    ecr.destroy();
  }

  /** Recounts and re-reads everything, beside the replicas, which should be at rest. */
  async check(): Promise<FsckReport> {
    const store = await openFleetStore(this.settings);
    try {
      return await checkStore(store.ports, { repair: false });
    } finally {
      await store.close();
    }
  }

  async stop(): Promise<void> {
    for (const server of this.replicas) {
      await server.kill();
      await rm(server.dataDirectory, { recursive: true, force: true });
    }
    await this.s3.stop();
    await this.postgres.stop();
  }
}
