import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateRepositoryCommand,
  CreateRepositoryCreationTemplateCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import { type RunningServer, startServer } from "../support/server.ts";

export const transports = ["plain HTTP", "TLS"] as const;
export type Transport = (typeof transports)[number];

export const account = "000000000000";
export const region = "us-east-1";

/** A registry of its own for one test file: a real process, real ports, an empty data directory. */
export interface InteropRegistry {
  readonly server: RunningServer;
  /** A directory for the test's own files; removed on close. */
  readonly scratch: string;
  /** The certificate authority's PEM file. */
  readonly caFile: string;
  readonly ecr: ECRClient;
  /** `localhost:<port>`, as it stands before the "/" of an image's name. */
  address(transport: Transport): string;
  /** `http://localhost:<port>` or `https://localhost:<port>`. */
  url(transport: Transport): string;
  /** What `aws ecr get-login-password` prints. */
  password(): Promise<string>;
  /** Creates a repository under a name that no other test uses, and returns the name. */
  createRepository(prefix: string): Promise<string>;
  /** The same of a template by which a push makes repositories; returns its prefix. */
  createTemplate(prefix: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts the server, on an existing data directory if one is given, and with further settings and
 * arguments of Node.
 */
export async function openRegistry(
  dataDirectory?: string,
  settings: Readonly<Record<string, string>> = {},
  nodeArguments: readonly string[] = [],
): Promise<InteropRegistry> {
  const directory = dataDirectory && { dataDirectory };
  const server = await startServer({ ...directory, settings, nodeArguments });
  const scratch = makeScratch();
  const caFile = join(scratch, "ca.pem");
  writeFileSync(caFile, server.ca);
  const ecr = ecrClient(server, "plain HTTP");
  const url = (transport: Transport) => localUrl(server, transport);
  let repositories = 0;
  return {
    server,
    scratch,
    caFile,
    ecr,
    url,
    address: (transport) => new URL(url(transport)).host,
    password: () => loginPassword(ecr),
    async createRepository(prefix) {
      const repositoryName = `interop/${prefix}-${++repositories}`;
      await ecr.send(new CreateRepositoryCommand({ repositoryName }));
      return repositoryName;
    },
    async createTemplate(wanted) {
      const prefix = `interop/${wanted}-${++repositories}`;
      const appliedFor = ["CREATE_ON_PUSH" as const];
      await ecr.send(new CreateRepositoryCreationTemplateCommand({ prefix, appliedFor }));
      return prefix;
    },
    async close() {
      ecr.destroy();
      const { exitCode, signalCode } = server.process;
      const code = await server.stop();
      rmSync(scratch, { recursive: true, force: true });
      // Clients try again, so a server that ended might pass for one that was slow.
      if (exitCode !== null || signalCode !== null || code !== 0) {
        const how = signalCode ?? `code ${code}`;
        throw new Error(`the server ended early or badly (${how}), and said:\n${server.output()}`);
      }
    },
  };
}

/** An AWS client for that server; `clockOffsetMs` is added to the machine's time when it signs. */
export function ecrClient(server: RunningServer, transport: Transport, clockOffsetMs = 0) {
  return new ECRClient({
    region,
    endpoint: localUrl(server, transport),
    credentials: {
      accessKeyId: server.accessKeyId,
      secretAccessKey: server.secretAccessKey,
    },
    systemClockOffset: clockOffsetMs,
    maxAttempts: 1, // A retry would hide a fault.
    ...(transport === "TLS" && {
      requestHandler: { httpsAgent: new Agent({ ca: server.ca }) },
    }),
  });
}

export async function loginPassword(ecr: ECRClient): Promise<string> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const token = authorizationData?.[0]?.authorizationToken ?? "";
  const [user, password] = Buffer.from(token, "base64").toString().split(":");
  if (user !== "AWS" || password === undefined) throw new Error("that is no authorization token");
  return password;
}

/** An empty directory with a short path: sockets in it must stay under 108 characters. */
export function makeScratch(): string {
  return mkdtempSync(join(tmpdir(), "interop-"));
}

function localUrl(server: RunningServer, transport: Transport): string {
  const url = new URL(transport === "TLS" ? server.httpsOrigin : server.origin);
  url.hostname = "localhost"; // What people type.
  return url.origin;
}
