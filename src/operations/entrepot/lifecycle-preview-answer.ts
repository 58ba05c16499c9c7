import type { LifecyclePreview } from "../../registry/lifecycle/stored-lifecycle.ts";
import type { Registry, RepositoryName } from "../../registry/names.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** A preview as such. Times are epoch seconds, with the milliseconds as fraction. */
export interface LifecyclePreviewAnswer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly previewId: string;
  readonly lifecyclePolicyText?: string;
  readonly extensionText?: string;
  readonly status: LifecyclePreview["status"] | "EXPIRED";
  readonly startedAt: number;
  readonly finishedAt?: number;
}

export function lifecyclePreviewAnswer(
  registry: Registry,
  name: RepositoryName,
  { preview, isExpired }: { readonly preview: LifecyclePreview; readonly isExpired: boolean },
): LifecyclePreviewAnswer {
  const { id, policy, extension, status, startedAt, finishedAt } = preview;
  return {
    ...{ registryId: registry.account, repositoryName: name, previewId: id },
    ...(policy === undefined ? {} : { lifecyclePolicyText: policy }),
    ...(extension === undefined ? {} : { extensionText: extension }),
    ...{ status: isExpired ? "EXPIRED" : status, startedAt: epochSeconds(startedAt) },
    ...(finishedAt === undefined ? {} : { finishedAt: epochSeconds(finishedAt) }),
  };
}
