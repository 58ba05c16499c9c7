import type { Ports } from "../../ports/ports.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { type CreationEvent, type CreationTemplate, templateKeysFor } from "./creation-template.ts";

/**
 * The template by which a repository of that name is to be made on such an occasion: of those that are
 * for it, the one with the longest prefix, and `ROOT` after all others. `undefined` where none is.
 * Source: ECR, "Repository creation templates", how they work.
 */
export async function templateFor(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  name: RepositoryName,
  event: CreationEvent,
): Promise<CreationTemplate | undefined> {
  const keys = templateKeysFor(name);
  const found = await metadata.creationTemplates.at(registry, keys);
  const fitting = new Map(
    found
      .filter(({ settings }) => settings.appliedFor.includes(event))
      .map((template) => [template.key, template]),
  );
  const key = keys.find((each) => fitting.has(each));
  return key === undefined ? undefined : fitting.get(key);
}
