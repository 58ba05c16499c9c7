import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import type { Manifest } from "../images/parse-manifest.ts";
import { newJob } from "../jobs/job.ts";
import type { Digest } from "../names.ts";
import { authorize } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import type { Repository } from "../repositories/repository.ts";
import { isSignatureLayer } from "./signature-types.ts";
import { type ImageSigning, parseProfileArn } from "./signing.ts";
import { signersOf, signingRules } from "./signing-configuration.ts";

export const signImageKind = "sign-image";

export interface SignPayload {
  readonly repositoryId: string;
  readonly digest: Digest;
}

/** A profile that is to sign what is pushed, and whether whoever pushes may have it do so. */
export interface SigningWish {
  readonly profileArn: string;
  readonly isAllowed: boolean;
}

/**
 * Which profiles are to sign a manifest that somebody pushes to the repository: none for what is about
 * another image, nor for signatures of other kinds, nor for what nobody pushes.
 * Source: ECR, "Managed signing": the pusher's identity signs, which needs signer:SignPayload.
 */
export async function signingWishes(
  ports: Ports,
  { registry, name }: Repository,
  manifest: Manifest,
): Promise<readonly SigningWish[]> {
  const caller = ports.onBehalfOf;
  if (caller === undefined || manifest.subject !== undefined) return [];
  const rules = await signingRules(ports.metadata, registry);
  if (rules === undefined) return [];
  const layers = manifest.references.filter(({ kind }) => kind === "layer");
  if (layers.some(({ mediaType }) => isSignatureLayer(mediaType))) return [];
  const context = new RequestContext(caller, ports.clock.now());
  const wishes: SigningWish[] = [];
  for (const profileArn of signersOf(rules, name)) {
    const account = parseProfileArn(profileArn)?.registry.account;
    if (account === undefined) continue;
    const resource = { arn: profileArn, account };
    const { principal } = caller;
    const decision = await authorize(ports, principal, "signer:SignPayload", resource, context);
    wishes.push({ profileArn, isAllowed: decision.allowed });
  }
  return wishes;
}

/**
 * Notes in the transaction of a push what is to be signed, and has a job do it. An image is signed once
 * by each profile; what failed is tried again by another push.
 */
export async function queueSigning(
  change: MetadataChange,
  repository: Repository,
  { digest }: Image,
  wishes: readonly SigningWish[],
  now: number,
): Promise<void> {
  if (wishes.length === 0) return;
  const known = await change.signings.ofImage(repository, digest);
  const isDone = (arn: string) =>
    known.some(({ profileArn, status }) => profileArn === arn && status !== "FAILED");
  const wanted = wishes.filter(({ profileArn }) => !isDone(profileArn));
  for (const { profileArn, isAllowed } of wanted) {
    const signing: ImageSigning = {
      ...{ repository: { registry: repository.registry, id: repository.id }, digest, profileArn },
      ...{ failureCode: undefined, failureReason: undefined, signature: undefined },
      ...{ status: "IN_PROGRESS", requestedAt: now },
    };
    await change.signings.put(isAllowed ? signing : failed(signing, accessDenied(profileArn)));
  }
  if (!wanted.some(({ isAllowed }) => isAllowed)) return;
  const { id, registry } = repository;
  const payload: SignPayload = { repositoryId: id, digest };
  const job = { kind: signImageKind, key: `${id} ${digest}`, registry, payload, runAt: now };
  await change.jobs.enqueue(newJob(job, now));
}

export interface SigningFailure {
  readonly code: string;
  readonly reason: string;
}

export function failed(signing: ImageSigning, { code, reason }: SigningFailure): ImageSigning {
  return { ...signing, status: "FAILED", failureCode: code, failureReason: reason };
}

function accessDenied(arn: string): SigningFailure {
  const reason = `Whoever pushed the image may not perform signer:SignPayload on ${arn}`;
  return { code: "AccessDeniedException", reason };
}
