import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import type { Digest } from "../names.ts";
import { authorize, repositoryAsResource } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import type { Repository } from "../repositories/repository.ts";
import { breakGlass, mayBreakGlass } from "./break-glass.ts";
import type { Verdict } from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";
import { gatesOf } from "./gate-matching.ts";

/**
 * Lets pass what may be pulled, and who may pull all the same; whoever gives content away asks it. What
 * was let pass against a verdict is told and recorded before.
 * @throws ImageHeld with what speaks against it, and where to look
 */
export async function requirePullable(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<void> {
  if (image.hold === undefined) return;
  if (await mayBreakGlass(ports, repository)) {
    await breakGlass(ports, repository, image);
    return;
  }
  const verdict = await ports.metadata.gates.verdict(repository, image.digest);
  throw imageHeld(repository, image.digest, verdict);
}

/** What a refused pull says. It names no package and no vulnerability (ADR-0054). */
export function imageHeld(
  { name }: Pick<Repository, "name">,
  digest: Digest,
  verdict: Pick<Verdict, "reasons"> | undefined,
): RegistryError {
  const told = (verdict?.reasons ?? [])
    .filter(({ mode }) => mode === "enforce")
    .map(({ gate, sentence }) => (gate === undefined ? sentence : `gate '${gate}': ${sentence}`));
  const why = told.length === 0 ? "It is not judged yet" : told.join(". ");
  const short =
    why.length > gateLimits.refusalCharacters
      ? `${why.slice(0, gateLimits.refusalCharacters)}…`
      : why;
  return new RegistryError(
    "ImageHeld",
    `The image '${digest}' in the repository '${name}' can not be pulled. ${short}. See: entrepot gate explain ${name}@${digest}`,
  );
}

/** A layer as it was found, and whether something that may be pulled refers to it. */
export interface JudgedLayer {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly isPullable: boolean;
}

/**
 * The same for a layer or a config: it may be read where something that may be pulled refers to it. One
 * that nothing refers to is on its way to an image: under a gate, it is for who may push.
 * @throws ImageHeld
 */
export async function requireReadable(ports: Ports, layer: JudgedLayer): Promise<void> {
  if (layer.isPullable) return;
  const { repository, digest } = layer;
  const state = await layerState(ports, repository, digest);
  if (state === "free") return;
  if (state === "unreferenced" && (await mayPush(ports, repository))) return;
  if (state === "held" && (await mayBreakGlass(ports, repository))) {
    await breakGlass(ports, repository, { digest, hold: undefined });
    return;
  }
  throw layerHeld(repository, digest);
}

/**
 * Whether a layer may be linked into another repository: where it may be read. What is held back does
 * not get away, whoever asks: to have its digest is not to have its bytes.
 */
export async function isMountable(ports: Ports, layer: JudgedLayer): Promise<boolean> {
  if (layer.isPullable) return true;
  const state = await layerState(ports, layer.repository, layer.digest);
  return state === "free" || (state === "unreferenced" && (await mayPush(ports, layer.repository)));
}

/** Of one that nothing refers to that may be pulled. */
async function layerState(
  { metadata }: Pick<Ports, "metadata">,
  repository: Repository,
  digest: Digest,
): Promise<"held" | "unreferenced" | "free"> {
  if (await metadata.layers.isHeld(repository, digest)) return "held";
  const gates = gatesOf(await metadata.gates.list(repository.registry), repository.name);
  return gates.some(({ rule }) => rule.mode === "enforce") ? "unreferenced" : "free";
}

async function mayPush(ports: Ports, { registry, name }: Repository): Promise<boolean> {
  const { onBehalfOf, clock } = ports;
  if (onBehalfOf === undefined) return true;
  const context = new RequestContext(onBehalfOf, clock.now());
  const resource = repositoryAsResource(registry, name);
  const { principal } = onBehalfOf;
  return (await authorize(ports, principal, "ecr:UploadLayerPart", resource, context)).allowed;
}

function layerHeld({ name }: Repository, digest: Digest): RegistryError {
  return new RegistryError(
    "ImageHeld",
    `The layer '${digest}' in the repository '${name}' can not be read: no image that may be pulled refers to it. See: entrepot gate held ${name}`,
  );
}
