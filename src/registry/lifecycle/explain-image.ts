import type { LifecycleCandidate } from "../../ports/lifecycle-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { compileLifecycle } from "./compile-lifecycle.ts";
import { evaluateRepository } from "./evaluate-repository.ts";
import { explainLifecycle, type LifecycleExplanation } from "./explain-lifecycle.ts";
import { lifecycleRules } from "./lifecycle-rules.ts";
import { findLifecycle } from "./put-lifecycle.ts";

export interface ExplainedImage {
  readonly image: Image;
  /** `undefined` while it is on its way back from the archive: then rules do not see it. */
  readonly candidate: LifecycleCandidate | undefined;
  readonly explanation: LifecycleExplanation;
}

/**
 * What the repository's rules do to one of its images at this moment, and why. Looks at all images of
 * the repository, as rules that count do, and changes nothing.
 * @throws RepositoryNotFound, LifecyclePolicyNotFound
 * @throws ImageNotFound also when digest and tag name different images
 */
export async function explainImage(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: { readonly digest?: Digest | undefined; readonly tag?: Tag | undefined },
): Promise<ExplainedImage> {
  const lifecycle = await findLifecycle(ports, registry, name);
  const image = await describeImage(ports, registry, name, id);
  const { repository } = image;
  const now = ports.clock.now();
  const rules = compileLifecycle(lifecycleRules(lifecycle, ports.tagPatterns), ports.tagPatterns);
  const evaluated = await evaluateRepository(ports, repository, rules, now);
  const candidate = await ports.metadata.lifecycle.candidate(repository, image.digest, now);
  return {
    image,
    candidate,
    explanation: candidate === undefined ? onItsWay() : explainLifecycle(evaluated, candidate),
  };
}

function onItsWay(): LifecycleExplanation {
  const sentence = "It is on its way back from the archive, and no candidate before it is there.";
  return { rules: [], action: "none", rulePriority: undefined, reason: undefined, sentence };
}
