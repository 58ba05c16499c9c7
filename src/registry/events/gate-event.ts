import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Review, Verdict } from "../gates/gate.ts";
import { type Digest, type Registry, repositoryArn, type Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { TrustedSigner } from "../signing/trusted-signer.ts";
import { addEvent, addRepositoryEvent } from "./new-event.ts";

type Change = Pick<MetadataChange, "outbox">;

interface About {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
  readonly at: number;
}

function tell(
  change: Change,
  repository: Repository,
  detailType: string,
  { digest, tags, at }: About,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { registry, name } = repository;
  return addRepositoryEvent(change, repository, {
    ...{ source: "entrepot" as const, at, detailType, resources: [repositoryArn(registry, name)] },
    detail: { "repository-name": name, "image-digest": digest, "image-tags": tags, ...more },
  });
}

/** An image can be pulled that could not be, or the other way round. Pushers are told by their ARNs. */
export function addVerdictEvent(
  change: Change,
  repository: Repository,
  { state, reasons }: Pick<Verdict, "state" | "reasons">,
  about: About & { readonly before: Verdict["state"]; readonly pushers: readonly string[] },
): Promise<void> {
  const { before, pushers } = about;
  return tell(change, repository, "Entrepot Image Verdict", about, {
    ...{ verdict: state, "previous-verdict": before, "pushed-by": pushers },
    reasons: reasons.map(({ code, gate, mode, sentence }) => ({
      ...{ code, mode, message: sentence },
      ...(gate === undefined ? {} : { gate }),
    })),
  });
}

/** A gate that only reports would hold an image back, or would no more. */
export function addReportEvent(
  change: Change,
  repository: Repository,
  gates: readonly string[],
  about: About,
): Promise<void> {
  return tell(change, repository, "Entrepot Gate Report", about, { "would-hold": gates });
}

/** Somebody decided about an image, or an approval has ended. */
export function addReviewEvent(
  change: Change,
  repository: Repository,
  review: Review,
  about: About & { readonly pushers: readonly string[] },
): Promise<void> {
  const { ended, decision, reviewer, comment, until } = review;
  return tell(change, repository, "Entrepot Image Review", about, {
    "action-type": ended === undefined ? decision : "APPROVAL_ENDED",
    ...{ reviewer, comment, "pushed-by": about.pushers },
    ...(ended === undefined ? {} : { message: ended.because }),
    ...(until === undefined ? {} : { "good-until": new Date(until).toISOString() }),
  });
}

/** Somebody holds an image back, or does so no more. */
export function addQuarantineEvent(
  change: Change,
  repository: Repository,
  action: "QUARANTINE" | "RELEASE",
  about: About & { readonly by: string; readonly reason: string },
): Promise<void> {
  const { by, reason } = about;
  const more = { "action-type": action, principal: by, reason };
  return tell(change, repository, "Entrepot Image Quarantine", about, more);
}

/** What can not be pulled was pulled, by somebody who may. */
export function addBreakGlassEvent(
  change: Change,
  repository: Repository,
  about: About & { readonly by: string; readonly verdict: string },
): Promise<void> {
  const { by, verdict } = about;
  return tell(change, repository, "Entrepot Quarantine Pull", about, { principal: by, verdict });
}

/** A gate of a registry is another one. */
export function addGateEvent(
  change: Change,
  registry: Registry,
  told: { readonly action: "PUT" | "DELETE"; readonly gate: string; readonly at: number },
): Promise<void> {
  const { action, gate, at } = told;
  const detail = { "action-type": action, gate };
  return addEvent(change, registry, {
    source: "entrepot",
    at,
    detailType: "Entrepot Gate",
    detail,
  });
}

/** Another signer is trusted in a registry, or one is no more. */
export function addTrustedSignerEvent(
  change: Change,
  registry: Registry,
  told: {
    readonly action: "PUT" | "DELETE";
    readonly signer: Pick<TrustedSigner, "name" | "kind">;
    readonly at: number;
  },
): Promise<void> {
  const { action, signer, at } = told;
  const detail = { "action-type": action, signer: signer.name, "signer-kind": signer.kind };
  return addEvent(change, registry, {
    ...{ source: "entrepot", at, detailType: "Entrepot Trusted Signer", detail },
  });
}
