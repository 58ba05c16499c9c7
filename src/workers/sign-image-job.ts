import { failSigning, signImage } from "../registry/signing/sign-image.ts";
import { type SignPayload, signImageKind } from "../registry/signing/sign-pushed.ts";
import type { JobHandler } from "./job-handler.ts";

/** Signs images that were pushed to where a rule wants that. */
export const signImageJob: JobHandler = {
  kind: signImageKind,
  leaseMs: 60_000,
  maxAttempts: 5,
  async run(ports, payload, { registry, signal }) {
    const { repositoryId: id, digest } = payload as SignPayload;
    if (registry === undefined) return;
    const repository = await ports.metadata.repositories.findById({ registry, id });
    const image = repository && (await ports.metadata.images.find(repository, digest));
    if (repository === undefined || image === undefined) return; // It is gone.
    await signImage(ports, repository, image, signal);
  },
  async died(change, { registry, payload, lastError }) {
    const { repositoryId: id, digest } = JSON.parse(payload) as SignPayload;
    if (registry === undefined) return;
    const failure = {
      code: "InternalServiceErrorException",
      reason: lastError ?? "no worker ended it",
    };
    for (const signing of await change.signings.ofImage({ registry, id }, digest)) {
      await failSigning(change, signing, failure);
    }
  },
};
