import { indexAccount } from "../registry/public/index-account.ts";
import { galleryRepositoryKind, indexById } from "../registry/public/index-repository.ts";
import { galleryAccountKind } from "../registry/public/registries.ts";
import type { JobHandler } from "./job-handler.ts";

/** Tells the gallery what is in a public repository after a push or a deletion. */
export const galleryRepositoryJob: JobHandler = {
  ...{ kind: galleryRepositoryKind, leaseMs: 60_000, maxAttempts: 10 },
  async run(ports, payload, { registry }) {
    const { repositoryId: id } = payload as { readonly repositoryId: string };
    if (registry !== undefined) await indexById(ports, { registry, id });
  },
};

/** The same of all repositories of an account whose name, alias or verification has changed. */
export const galleryAccountJob: JobHandler = {
  ...{ kind: galleryAccountKind, leaseMs: 60_000, maxAttempts: 10 },
  async run(ports, _payload, { registry, signal }) {
    if (registry !== undefined) await indexAccount(ports, registry, signal);
  },
};
