/** What events are there after a crash: those of what happened, each once, and no other (I14). */
import { expect } from "vitest";
import type { Ports } from "../../src/ports/ports.ts";
import { findRepository } from "../../src/registry/repositories/find-repository.ts";
import { testRegistry, testRepository } from "../support/store.ts";
import { newImage, oldImage, type ScenarioName } from "./scenarios.ts";

const made = `Entrepot Repository CREATE ${testRepository}`;
const pushedOld = `ECR Image Action PUSH ${oldImage.digest}`;
const pushedNew = `ECR Image Action PUSH ${newImage.digest}`;
const deletedNew = `ECR Image Action DELETE ${newImage.digest}`;
const withOld = [made, pushedOld];
const withBoth = [...withOld, pushedNew];

/** By what the rows say, what may have been told: one of these. */
const mayBeTold: Record<ScenarioName, (ports: Ports) => Promise<readonly string[][]>> = {
  "a blob PUT": async () => [withOld],
  "a manifest PUT": async (ports) => [(await isThere(ports)) ? withBoth : withOld],
  "a delete": async (ports) => [(await isThere(ports)) ? withBoth : [...withBoth, deletedNew]],
  "a reclaim": async () => [[...withBoth, deletedNew]],
  "a rekey": async () => [
    [
      ...withBoth,
      "Entrepot Repository CREATE team/neighbour",
      "Entrepot Repository CREATE team/there",
    ],
  ],
  async "a delete that can be undone"(ports) {
    const image = await findNew(ports);
    if (image === undefined) return [[...withBoth, deletedNew]];
    if (image.activatedAt === undefined) return [withBoth];
    return [[...withBoth, deletedNew, `Entrepot Trash RESTORE ${newImage.digest}`]];
  },
  async "a repository's deletion and return"(ports) {
    const found = await ports.metadata.repositories.find(testRegistry, testRepository);
    const deleted = [...withBoth, `Entrepot Repository DELETE ${testRepository}`];
    if (found === undefined) return [deleted];
    return [withBoth, [...deleted, `Entrepot Trash RESTORE ${testRepository}`]];
  },
  async "a lifecycle run"(ports) {
    const repository = await findRepository(ports, testRegistry, testRepository);
    const [run] = await ports.metadata.lifecycle.runs(repository, { limit: 1 });
    const deleted = run?.expired === 1 ? [`ECR Image Action DELETE ${oldImage.digest}`] : [];
    const ended =
      run?.finishedAt === undefined ? [] : [`Entrepot Lifecycle Run undefined ${testRepository}`];
    return [[...withBoth, ...deleted, ...ended]];
  },
  "a transfer": async () => [withBoth],
};

async function findNew({ metadata }: Ports) {
  const repository = await metadata.repositories.find(testRegistry, testRepository);
  return repository && metadata.images.find(repository, newImage.digest);
}

async function isThere(ports: Ports): Promise<boolean> {
  return (await findNew(ports)) !== undefined;
}

/** Before anything else is done. */
export async function expectTold(ports: Ports, name: ScenarioName): Promise<void> {
  const waiting = await ports.metadata.outbox.first(100);
  expect(new Set(waiting.map(({ event }) => event.id)).size).toBe(waiting.length);
  const told = waiting.map(({ event: { detailType, detail } }) => {
    const about = detail["image-digest"] ?? detail["repository-name"];
    return `${detailType} ${detail["action-type"]} ${about}`;
  });
  expect(await mayBeTold[name](ports)).toContainEqual(told);
}
