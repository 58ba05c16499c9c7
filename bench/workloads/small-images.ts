import type { Target } from "../peers.ts";
import { RegistryClient, type SmallImage, smallImage } from "../registry-client.ts";
import { rate, type Workload } from "./workload.ts";

const images = 50;
const clients = 8;

function smallImages(id: string, title: string, repositories: number) {
  const repositoryOf = (round: number, index: number) =>
    `bench/round-${round}/app-${index % repositories}`;
  return {
    id,
    title,
    unit: "images/s",
    prepare: async () => {},
    load: () => Array.from({ length: images }, (_, index) => smallImage(index)),
    async ready(target, _load, round) {
      for (let index = 0; index < repositories; index++) {
        await target.createRepository(repositoryOf(round, index));
      }
    },
    run: ({ target, load, round }) =>
      rate(images, () => pushAll([target], load, (index) => repositoryOf(round, index))),
  } satisfies Workload<readonly SmallImage[], void>;
}

/** Each client takes the next image that is left. @param targets where the clients are spread over */
export async function pushAll(
  targets: readonly Target[],
  load: readonly SmallImage[],
  repositoryOf: (index: number) => string,
): Promise<void> {
  let next = 0;
  const work = async (target: Target) => {
    const client = new RegistryClient(target);
    for (let index = next++; index < load.length; index = next++) {
      const repository = repositoryOf(index);
      const image = load[index]!;
      for (const blob of image.blobs) {
        if (!(await client.hasBlob(repository, blob.digest))) {
          await client.pushBlob(repository, blob);
        }
      }
      await client.pushManifest(repository, `v${index}`, image.manifest);
    }
    client.close();
  };
  const clientOf = (index: number) => work(targets[index % targets.length]!);
  await Promise.all(Array.from({ length: clients }, (_, index) => clientOf(index)));
}

export const smallImageWorkloads = [
  smallImages("small", `${images} small images by ${clients} clients, a repository each`, images),
  smallImages("small1", `${images} small images by ${clients} clients, into one repository`, 1),
];
