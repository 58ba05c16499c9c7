import { judgeImage } from "../registry/gates/judge-image.ts";
import { judgeRegistry } from "../registry/gates/judge-registry.ts";
import {
  type JudgePayload,
  judgeImageKind,
  judgeRegistryKind,
} from "../registry/gates/request-judgement.ts";
import type { JobHandler } from "./job-handler.ts";

/** Judges images of which something has changed, or whose time has come. */
export const judgeImageJob: JobHandler = {
  ...{ kind: judgeImageKind, leaseMs: 60_000, maxAttempts: 10 },
  async run(ports, payload, { registry }) {
    const { repositoryId: id, digest } = payload as JudgePayload;
    if (registry !== undefined) await judgeImage(ports, { registry, id }, digest);
  },
};

/** Judges all images of a registry after its gates have changed, or what all are judged by. */
export function judgeRegistryJob(failed: (error: unknown, repository: string) => void): JobHandler {
  return {
    ...{ kind: judgeRegistryKind, leaseMs: 60_000, maxAttempts: 10 },
    async run(ports, _payload, { registry, signal }) {
      if (registry !== undefined) await judgeRegistry(ports, registry, signal, failed);
    },
  };
}
