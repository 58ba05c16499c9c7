import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { putImage } from "../../src/operations/ecr/put-image.ts";
import { eventRouter } from "../../src/registry/events/route-events.ts";
import { routeWaiting } from "../../src/registry/events/route-waiting.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { tellSubscribers } from "../../src/registry/private-gallery/tell-subscribers.ts";
import { matchAgain } from "../../src/registry/scanning/match-again.ts";
import { scanPushed } from "../../src/registry/scanning/scan-pushed.ts";
import { promoteImageJob, recheckApprovalsJob } from "../../src/workers/approval-jobs.ts";
import { JobRunner } from "../../src/workers/job-runner.ts";
import { judgeImageJob, judgeRegistryJob } from "../../src/workers/judge-images-job.ts";
import { scanImageJob } from "../../src/workers/scan-image-job.ts";
import { signImageJob } from "../../src/workers/sign-image-job.ts";
import { account, callerOf, deployment, imageManifest } from "./ecr.ts";
import { type TestStatement, userWith } from "./identity.ts";
import { testOrganization } from "./organization.ts";
import { ScannedRegistry } from "./scanned-registry.ts";

/** What promotions reach. */
export const reach = {
  ...{ regions: deployment.regions, trashMs: deployment.trashMs },
  organization: async () => testOrganization,
};
const observer = {
  jobDone: () => undefined,
  jobFailed: ({ error }: { readonly error: unknown }) => {
    throw error;
  },
  workerFailed: () => undefined,
};

/** A registry in which images are scanned, judged, approved and promoted once it is told to `settle`. */
export class ApprovingRegistry {
  readonly scanned: ScannedRegistry;

  private constructor(scanned: ScannedRegistry) {
    this.scanned = scanned;
  }

  static async open(...repositories: readonly string[]): Promise<ApprovingRegistry> {
    return new ApprovingRegistry(await ScannedRegistry.open(...repositories));
  }

  get registry() {
    return this.scanned.registry;
  }

  close(): Promise<void> {
    return this.scanned.close();
  }

  user(name: string, ...statements: readonly TestStatement[]): Promise<Caller> {
    return userWith(this.scanned.opened.ports, { account, name }, ...statements);
  }

  /** By that caller, who is remembered as its pusher. */
  async push(
    repositoryName: string,
    imageTag: string,
    layers: readonly Uint8Array[],
    caller: Caller,
    more: object = {},
  ): Promise<string> {
    const config = Buffer.from(
      JSON.stringify({ os: "linux", architecture: "amd64", n: imageTag, ...more }),
    );
    for (const content of [config, ...layers]) {
      await this.scanned.pushLayer(repositoryName, content);
    }
    const input = { repositoryName, imageTag, imageManifest: "" };
    input.imageManifest = JSON.stringify(imageManifest(config, ...layers));
    const { image } = await this.registry.ask(putImage, input, caller);
    return image?.imageId?.imageDigest ?? "";
  }

  /** `ok`, or why not: by the way of BatchGetImage. */
  async pull(
    repositoryName: string,
    id: string,
    caller: Caller = callerOf(account),
  ): Promise<string> {
    const imageIds = [id.includes(":") ? { imageDigest: id } : { imageTag: id }];
    const { failures } = await this.registry.ask(
      batchGetImage,
      { repositoryName, imageIds },
      caller,
    );
    const [failure] = failures ?? [];
    return failure === undefined ? "ok" : `${failure.failureCode}: ${failure.failureReason}`;
  }

  /**
   * Routes what happened, and does the jobs that follow from it and are due.
   * @param failed told of what is tried again; absent: nothing may fail
   */
  async settle(failed = (error: unknown): void => observer.jobFailed({ error })): Promise<void> {
    const { ports } = this.scanned.opened;
    const never = () => {
      throw new Error("an image could not be judged");
    };
    const jobs = [
      ...[scanImageJob, judgeImageJob, judgeRegistryJob(never), signImageJob],
      ...[promoteImageJob(reach), recheckApprovalsJob],
    ];
    for (let round = 0; round < 4; round++) {
      await routeWaiting(ports, tellSubscribers(ports, scanPushed(ports, eventRouter(ports))));
      const runner = new JobRunner(ports, jobs, {
        observer: { ...observer, jobFailed: ({ error }) => failed(error) },
      });
      while ((await runner.tick()) > 0) await runner.settled();
    }
  }

  /** Advisories that came meanwhile are held against what is there. */
  async matchAgain(...records: readonly object[]): Promise<void> {
    await this.scanned.advisories.import(...records);
    await matchAgain(this.scanned.opened.ports);
    await this.settle();
  }

  /** What events of a type say, in order. */
  async told(detailType: string): Promise<readonly Record<string, unknown>[]> {
    const { eventLog } = this.scanned.opened.ports.metadata;
    const home = { account, region: deployment.region };
    const log = await eventLog.list(home, { after: 0, limit: 500 });
    return log
      .filter(({ event }) => event.detailType === detailType)
      .map(({ event }) => event.detail as Record<string, unknown>);
  }
}
