import type { CandidateImage } from "../registry/lifecycle/candidate-image.ts";
import type {
  LifecyclePreview,
  LifecycleRun,
  LifecycleRunImage,
  PreviewedImage,
  StoredLifecycle,
} from "../registry/lifecycle/stored-lifecycle.ts";
import type { Digest, Tag } from "../registry/names.ts";
import type { Repository, RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

/** An image with what rules ask about it. */
export interface LifecycleCandidate extends CandidateImage {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
}

/** Where a listing of runs stands: the newest come first. */
export type RunPosition = Pick<LifecycleRun, "at" | "id">;

/**
 * Lifecycle policies, previews and runs, as a narrow table of the MetadataStore: the same promises.
 * Whoever changes a policy or a preview has the repository locked.
 */
export interface LifecycleReads {
  find(repository: RepositoryRef): Promise<StoredLifecycle | undefined>;
  /** Repositories that are not in the trash and whose policy is due, those that waited longest first. */
  due(now: number, limit: number): Promise<Repository[]>;
  /** Images that are active or archived, by digest. Nobody uses one after `now` that is not reported. */
  candidates(
    repository: RepositoryRef,
    page: PageRequest<Digest>,
    now: number,
  ): Promise<LifecycleCandidate[]>;
  /** One of them. */
  candidate(
    repository: RepositoryRef,
    digest: Digest,
    now: number,
  ): Promise<LifecycleCandidate | undefined>;
  /** How many manifests of the repository refer to each of the layers; those in the trash not. */
  referenceCounts(
    repository: RepositoryRef,
    digests: readonly Digest[],
  ): Promise<{ digest: Digest; references: number }[]>;
  preview(repository: RepositoryRef): Promise<LifecyclePreview | undefined>;
  /** In the order in which they were found; a position is a number that counts from 1. */
  previewed(
    repository: RepositoryRef,
    page: PageRequest<number>,
    filter?: { tagged?: boolean | undefined },
  ): Promise<(PreviewedImage & { readonly position: number })[]>;
  /** The newest first. */
  runs(repository: RepositoryRef, page: PageRequest<RunPosition>): Promise<LifecycleRun[]>;
  run(repository: RepositoryRef, id: string): Promise<LifecycleRun | undefined>;
  /** In the order in which they went; a position is a number that counts from 1. */
  runImages(
    repository: RepositoryRef,
    run: string,
    page: PageRequest<number>,
  ): Promise<(LifecycleRunImage & { readonly position: number })[]>;
}

export interface LifecycleWrites {
  /** In the place of what the repository had. */
  put(lifecycle: StoredLifecycle): Promise<void>;
  remove(repository: RepositoryRef): Promise<void>;
  /** When the policy is to be looked at; `undefined`: there is none. */
  setDue(repository: RepositoryRef, at: number | undefined): Promise<void>;
  /** Not later than `at`; counts a change where something was taken from what rules look at. */
  hasten(repository: RepositoryRef, at: number, isTaking: boolean): Promise<void>;
  setEvaluated(repository: RepositoryRef, at: number): Promise<void>;
  /** In the place of the one that the repository had, with its images. */
  putPreview(preview: LifecyclePreview): Promise<void>;
  /** Numbered from `position` on. */
  addPreviewed(
    repository: RepositoryRef,
    position: number,
    images: readonly PreviewedImage[],
  ): Promise<void>;
  putRun(run: LifecycleRun): Promise<void>;
  /** Numbered from `position` on. */
  addRunImages(
    run: Pick<LifecycleRun, "repository" | "id">,
    position: number,
    images: readonly LifecycleRunImage[],
  ): Promise<void>;
  /** Removes runs from before `at`, with their images; resolves to how many. */
  removeRunsBefore(at: number, limit: number): Promise<number>;
}
