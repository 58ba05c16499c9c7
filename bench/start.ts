import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startServer } from "../test/support/server.ts";
import { Connection } from "./connection.ts";
import { entrepot, type Target } from "./peers.ts";
import { manifestOf, RegistryClient, randomBlob } from "./registry-client.ts";
import { writeBack } from "./rounds.ts";

const imagesPerRepository = 1_000;
const clients = 16;

/** Seconds from the spawn of Entrepot to its first 200 on `/readyz`, one figure for each round. */
export async function startWithImages(
  images: number,
  options: { folder: string; rounds: number; say: (line: string) => void },
): Promise<number[]> {
  const dataDirectory = mkdtempSync(join(options.folder, "start-"));
  try {
    const target = await entrepot.start(dataDirectory);
    try {
      await fill(target, images, options.say);
    } finally {
      await target.stop();
    }
    const figures: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      await writeBack();
      figures.push(await secondsToReady(dataDirectory));
    }
    return figures;
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

async function secondsToReady(dataDirectory: string): Promise<number> {
  const begin = performance.now();
  const server = await startServer({ dataDirectory, settings: { ENTREPOT_HTTPS: "off" } });
  try {
    const { hostname, port } = new URL(server.origin);
    const connection = new Connection({ host: hostname, port: Number(port) });
    while ((await connection.request("GET", "/readyz")).status !== 200) await pause(5);
    const seconds = (performance.now() - begin) / 1000;
    connection.close();
    return seconds;
  } finally {
    await server.stop();
  }
}

/** Real pushes: images of one layer and config for each repository, each with a tag of its own. */
async function fill(target: Target, images: number, say: (line: string) => void): Promise<void> {
  const [layer, config] = [randomBlob(4096), randomBlob(512)];
  const repositories = Math.ceil(images / imagesPerRepository);
  let next = 0;
  const work = async () => {
    const client = new RegistryClient(target);
    for (let repository = next++; repository < repositories; repository = next++) {
      const name = `bench/app-${repository}`;
      const first = repository * imagesPerRepository;
      await target.createRepository(name);
      await client.pushBlob(name, layer);
      await client.pushBlob(name, config);
      for (let image = first; image < Math.min(images, first + imagesPerRepository); image++) {
        const annotations = { "org.opencontainers.image.version": `${image}` };
        await client.pushManifest(name, `v${image}`, manifestOf(config, [layer], annotations));
      }
      if (repository % 10 === 9) say(`  ${(repository + 1) * imagesPerRepository} images in store`);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, work));
}
