/** Environments and what is approved for them, as a narrow table of the MetadataStore: the same promises. */
import type {
  Approval,
  ApprovalRequest,
  Environment,
  RequestState,
} from "../registry/approvals/approval.ts";
import type { Digest, Registry } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

export interface ApprovalReads {
  /** All of a registry, by name: they are few. */
  environments(registry: Registry): Promise<Environment[]>;
  environment(registry: Registry, name: string): Promise<Environment | undefined>;
  request(repository: RepositoryRef, id: string): Promise<ApprovalRequest | undefined>;
  /** Of a registry, by id, the oldest first. */
  requests(
    registry: Registry,
    state: RequestState,
    page: PageRequest<string>,
  ): Promise<ApprovalRequest[]>;
  /** The same of one repository. */
  requestsIn(
    repository: RepositoryRef,
    state: RequestState,
    page: PageRequest<string>,
  ): Promise<ApprovalRequest[]>;
  /** Of one repository, the newest first. */
  newestIn(
    repository: RepositoryRef,
    state: RequestState,
    limit: number,
  ): Promise<ApprovalRequest[]>;
  /** Of an image, by environment; ended ones as well. */
  approvals(repository: RepositoryRef, digest: Digest): Promise<Approval[]>;
}

export interface ApprovalWrites {
  putEnvironment(environment: Environment): Promise<void>;
  /** False when there was none. */
  removeEnvironment(registry: Registry, name: string): Promise<boolean>;
  /** In the place of the one with that id. */
  putRequest(request: ApprovalRequest): Promise<void>;
  /** In the place of the one of that image and environment. */
  putApproval(approval: Approval): Promise<void>;
}
