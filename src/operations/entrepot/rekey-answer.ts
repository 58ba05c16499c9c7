import type { EncryptionConfiguration } from "@aws-sdk/client-ecr";
import { type RepositoryName, repositoryArn } from "../../registry/names.ts";
import type { Rekey } from "../../registry/rekeying/rekey.ts";
import { encryptionAnswer } from "../ecr/repository-answer.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

/** How a repository comes under another key, as it is told of. Times are epoch seconds. */
export interface RekeyAnswer {
  readonly repositoryArn: string;
  readonly registryId: string;
  readonly repositoryName: RepositoryName;
  readonly from: Wire<EncryptionConfiguration>;
  readonly to: Wire<EncryptionConfiguration>;
  /** WAITING: the last attempt to go on failed, and another one follows. */
  readonly status: "IN_PROGRESS" | "WAITING" | "COMPLETE";
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** Layers and images, as they were counted at the beginning; absent until they are. */
  readonly objectCount?: number;
  readonly doneObjects: number;
  /** Of those, whose data key was wrapped anew. */
  readonly rewrappedObjects: number;
  /** Which were sealed anew, as other repositories hold the same object. */
  readonly copiedObjects: number;
  /** Whose equal object was under the new key already. */
  readonly adoptedObjects: number;
  readonly failureReason?: string;
}

export function rekeyAnswer(rekey: Rekey, repositoryName: RepositoryName): RekeyAnswer {
  const { repository, from, to, startedAt, finishedAt, objects, failure } = rekey;
  const { registry } = repository;
  const ongoing = failure === undefined ? "IN_PROGRESS" : "WAITING";
  return {
    repositoryArn: repositoryArn(registry, repositoryName),
    registryId: registry.account,
    repositoryName,
    from: encryptionAnswer(from),
    to: encryptionAnswer(to),
    status: finishedAt === undefined ? ongoing : "COMPLETE",
    startedAt: epochSeconds(startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: epochSeconds(finishedAt) }),
    ...(objects === undefined ? {} : { objectCount: objects }),
    doneObjects: rekey.seen,
    rewrappedObjects: rekey.rewrapped,
    copiedObjects: rekey.copied,
    adoptedObjects: rekey.adopted,
    ...(failure === undefined ? {} : { failureReason: failure }),
  };
}
