import {
  failPreview,
  makePreview,
  type PreviewPayload,
  previewKind,
} from "../registry/lifecycle/preview-lifecycle.ts";
import type { JobHandler } from "./job-handler.ts";

const maxAttempts = 5;

/** Makes previews of lifecycle policies. */
export const lifecyclePreviewJob: JobHandler = {
  kind: previewKind,
  leaseMs: 30_000,
  maxAttempts,
  async run(ports, payload, { registry, attempt, signal }) {
    const { name, repositoryId, previewId } = payload as PreviewPayload;
    if (registry === undefined) return;
    const repository = await ports.metadata.repositories.find(registry, name);
    if (repository?.id !== repositoryId) return; // Deleted: nobody asks for it any more.
    try {
      await makePreview(ports, repository, previewId, signal);
    } catch (error) {
      if (!signal.aborted && attempt >= maxAttempts) {
        await failPreview(ports, repository, previewId);
      }
      throw error;
    }
  },
};
