import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invariant } from "../errors.ts";
import type { Image } from "../images/image.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { attest } from "../signing/attest.ts";
import type { ApprovalRequest } from "./approval.ts";

/** Source: in-toto attestation framework, predicates, "Simple Verification Result". */
export const approvalPredicateType = "https://in-toto.io/attestation/svr/v0.1";

/** Somebody has attested it meanwhile: no second statement is stored. */
class AttestedAlready extends Error {}

/**
 * Attaches a signed statement that the image is approved, by whom, and by what. It is stored together with
 * the note of it in the request: however often this is begun, there is one.
 * @returns the statement's digest
 * @throws RegistryError when a push is refused
 */
export async function attestApproval(
  ports: Ports,
  repository: Repository,
  request: ApprovalRequest,
): Promise<Digest> {
  const { registry, name } = repository;
  const known = request.promotion?.attestation;
  if (known !== undefined) return known;
  const predicate = predicateOf(request);
  const note = (change: MetadataChange, stored: Image) =>
    noteAttestation(change, repository, request.id, stored.digest);
  try {
    const { digest } = request;
    const image = await attest(
      ...([ports, registry, name, digest, approvalPredicateType, predicate, note] as const),
    );
    return image.digest;
  } catch (error) {
    if (!(error instanceof AttestedAlready)) throw error;
    const now = await ports.metadata.approvals.request(repository, request.id);
    const attestation = now?.promotion?.attestation;
    invariant(attestation !== undefined, "what was attested says so");
    return attestation;
  }
}

async function noteAttestation(
  change: MetadataChange,
  repository: Repository,
  id: string,
  attestation: Digest,
): Promise<void> {
  // The push has locked the repository: whoever attests at the same time has done so, or waits.
  const request = await change.approvals.request(repository, id);
  if (request?.promotion === undefined || request.promotion.attestation !== undefined) {
    throw new AttestedAlready();
  }
  const promotion = { ...request.promotion, attestation };
  await change.approvals.putRequest({ ...request, promotion });
}

function predicateOf(request: ApprovalRequest) {
  const { repository, environment, decidedAt, until, requester, decisions, evidence } = request;
  const { account, region } = repository.registry;
  const isoOf = (at: number | undefined) =>
    at === undefined ? undefined : new Date(at).toISOString();
  return {
    verifier: { id: `arn:aws:entrepot:${region}:${account}:environment/${environment}` },
    timeCreated: isoOf(decidedAt),
    properties: [request.isEmergency ? "ENTREPOT_APPROVED_IN_EMERGENCY" : "ENTREPOT_APPROVED"],
    approval: {
      ...{ environment, requestId: request.id, requester, goodUntil: isoOf(until) },
      requestedAt: isoOf(request.requestedAt),
      requesterAssumedBy: request.requesterAssumedBy,
      reviewers: decisions.map(({ reviewer, assumedBy, at }) => {
        return { reviewer, assumedBy, at: isoOf(at) };
      }),
      checks: request.checks,
      evidence: {
        ...{ gatheredAt: isoOf(evidence.gatheredAt), findings: evidence.findings },
        ...{ signedBy: evidence.signedBy, referrers: evidence.referrers },
        signatures: evidence.signatures ?? [],
        scan: evidence.scan && { ...evidence.scan, endedAt: isoOf(evidence.scan.endedAt) },
      },
    },
  };
}
