/** Several servers that are one another's peers, each link through a proxy that can be cut. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { runCommand } from "./cli.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { type RunningServer, startServer } from "./server.ts";

const key = { accessKeyId: "AKIARINGRINGRINGRING", secretAccessKey: "ring/secret/of/the/tests" };

export interface RingPlace {
  readonly region: string;
  readonly client: ECRClient;
  /** The way from here to the next. */
  readonly onward: CuttingProxy;
  server(): RunningServer;
  /** Starts it again where it was, on its data. */
  restart(): Promise<void>;
  /** What `entrepot` with these words prints as JSON. */
  command<T>(...words: string[]): Promise<T>;
}

export interface PeerRing {
  readonly places: readonly RingPlace[];
  stop(): Promise<void>;
}

/** One server for each region, the peer of each being the next; the last one's is the first. */
export async function startRing(regions: readonly string[]): Promise<PeerRing> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-ring-"));
  const ports = await Promise.all(regions.map(freePort));
  const proxies = await Promise.all(ports.map((port) => CuttingProxy.start(port)));
  const places: RingPlace[] = [];
  for (const [index, region] of regions.entries()) {
    const next = (index + 1) % regions.length;
    const peers = { [regions[next]!]: `http://127.0.0.1:${proxies[next]!.port}` };
    const begin = () =>
      startServer({
        dataDirectory: join(directory, region),
        settings: {
          ...{ ENTREPOT_REGION: region, ENTREPOT_REGIONS: region, ENTREPOT_HTTPS: "off" },
          ENTREPOT_HTTP: `127.0.0.1:${ports[index]}`,
          ENTREPOT_ROOT_ACCESS_KEY_ID: key.accessKeyId,
          ENTREPOT_ROOT_SECRET_ACCESS_KEY: key.secretAccessKey,
          ENTREPOT_PEERS: JSON.stringify(peers),
        },
      });
    let server = await begin();
    const endpoint = `http://127.0.0.1:${ports[index]}`;
    places.push({
      region,
      client: new ECRClient({ region, endpoint, maxAttempts: 3, credentials: key }),
      onward: proxies[next]!,
      server: () => server,
      async restart() {
        server = await begin();
      },
      async command(...words) {
        const { code, out, error } = await runCommand(
          [...words, "--json", "--endpoint", endpoint, "--region", region],
          { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
        );
        if (code !== 0) throw new Error(`entrepot ${words.join(" ")}: ${error}`);
        return JSON.parse(out);
      },
    });
  }
  return {
    places,
    async stop() {
      for (const place of places) {
        place.client.destroy();
        await place.server().kill();
      }
      for (const proxy of proxies) await proxy.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
