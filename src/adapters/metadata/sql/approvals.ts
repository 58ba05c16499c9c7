import { sql } from "kysely";
import type { ApprovalReads, ApprovalWrites } from "../../../ports/approval-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  Approval,
  ApprovalRequest,
  Environment,
  EnvironmentRule,
  RequestState,
} from "../../../registry/approvals/approval.ts";
import { approvalLimits } from "../../../registry/approvals/approval-limits.ts";
import type { Digest, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type {
  ApprovalRequestTable,
  EnvironmentTable,
  ImageApprovalTable,
} from "./approval-tables.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlApprovals implements ApprovalReads, ApprovalWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async environments(registry: Registry): Promise<Environment[]> {
    return (await this.#session.all(environments, registryKey(registry))).map(toEnvironment);
  }

  async environment(registry: Registry, name: string): Promise<Environment | undefined> {
    const row = await this.#session.first(environment, { ...registryKey(registry), name });
    return row && toEnvironment(row);
  }

  async request(repository: RepositoryRef, id: string): Promise<ApprovalRequest | undefined> {
    const row = await this.#session.first(request, { ...repositoryKey(repository), id });
    return row && toRequest(row);
  }

  async requests(
    registry: Registry,
    state: RequestState,
    { after = "", limit }: PageRequest<string>,
  ): Promise<ApprovalRequest[]> {
    const page = { ...registryKey(registry), state, after, limit };
    return (await this.#session.all(requests, page)).map(toRequest);
  }

  async requestsIn(
    repository: RepositoryRef,
    state: RequestState,
    { after = "", limit }: PageRequest<string>,
  ): Promise<ApprovalRequest[]> {
    const page = { ...repositoryKey(repository), state, after, limit };
    return (await this.#session.all(requestsIn, page)).map(toRequest);
  }

  async newestIn(
    repository: RepositoryRef,
    state: RequestState,
    limit: number,
  ): Promise<ApprovalRequest[]> {
    const key = { ...repositoryKey(repository), state, limit };
    return (await this.#session.all(newestIn, key)).map(toRequest);
  }

  async approvals(repository: RepositoryRef, digest: Digest): Promise<Approval[]> {
    const key = { ...repositoryKey(repository), digest };
    return (await this.#session.all(approvals, key)).map(toApproval);
  }

  async putEnvironment({ registry, name, rule, ...times }: Environment): Promise<void> {
    await this.#session.later(putEnvironment, {
      ...{ ...registryKey(registry), name, rule: JSON.stringify(rule) },
      ...{ created_at: times.createdAt, updated_at: times.updatedAt },
    });
  }

  async removeEnvironment(registry: Registry, name: string): Promise<boolean> {
    const key = { ...registryKey(registry), name };
    return (await this.#session.change(removeEnvironment, key)) > 0;
  }

  async putRequest({ repository, id, state, ...details }: ApprovalRequest): Promise<void> {
    const key = { ...repositoryKey(repository), id };
    await this.#session.later(putRequest, { ...key, state, details: JSON.stringify(details) });
  }

  async putApproval({ repository, digest, environment, ...details }: Approval): Promise<void> {
    const key = { ...repositoryKey(repository), digest, environment };
    await this.#session.later(putApproval, { ...key, details: JSON.stringify(details) });
  }
}

type Named = RegistryKey & { readonly name: string };
type Page = { readonly state: RequestState; readonly after: string; readonly limit: number };

function toEnvironment(row: EnvironmentTable): Environment {
  return {
    ...{ registry: registryKey(row), name: row.name },
    rule: JSON.parse(row.rule) as EnvironmentRule,
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}

function toRequest(row: ApprovalRequestTable): ApprovalRequest {
  const details = JSON.parse(row.details) as Omit<ApprovalRequest, "repository" | "id" | "state">;
  const repository = { registry: registryKey(row), id: row.repository };
  return { ...details, repository, id: row.id, state: row.state };
}

function toApproval(row: ImageApprovalTable): Approval {
  const details = JSON.parse(row.details) as Omit<
    Approval,
    "repository" | "digest" | "environment"
  >;
  const repository = { registry: registryKey(row), id: row.repository };
  return { ...details, repository, digest: row.digest, environment: row.environment };
}

const environments = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("environment")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)))
    .orderBy("name")
    .limit(sql.lit(approvalLimits.environments)),
);

const environment = statement(({ builder }, key: Named) =>
  builder
    .selectFrom("environment")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const request = statement(({ builder }, key: RepositoryKey & { readonly id: string }) =>
  builder
    .selectFrom("approval_request")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), id: key.id })),
);

const requests = statement(({ builder }, page: RegistryKey & Page) =>
  builder
    .selectFrom("approval_request")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), state: page.state }))
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const requestsIn = statement(({ builder }, page: RepositoryKey & Page) =>
  builder
    .selectFrom("approval_request")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(page), state: page.state }))
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const newestIn = statement(({ builder }, key: RepositoryKey & Omit<Page, "after">) =>
  builder
    .selectFrom("approval_request")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), state: key.state }))
    .orderBy("id", "desc")
    .limit(key.limit),
);

const approvals = statement(({ builder }, key: RepositoryKey & { readonly digest: Digest }) =>
  builder
    .selectFrom("image_approval")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .orderBy("environment"),
);

const putEnvironment = statement(({ builder }, row: Fields<EnvironmentTable>) => {
  const { rule, created_at, updated_at } = row;
  return builder
    .insertInto("environment")
    .values({ ...ofRegistry(row), name: row.name, rule, created_at, updated_at })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "name"]).doUpdateSet({ rule, updated_at }),
    );
});

const removeEnvironment = statement(({ builder }, key: Named) =>
  builder.deleteFrom("environment").where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const putRequest = statement(({ builder }, row: Fields<ApprovalRequestTable>) => {
  const kept = { state: row.state, details: row.details };
  return builder
    .insertInto("approval_request")
    .values({ ...ofRepository(row), id: row.id, ...kept })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository", "id"]).doUpdateSet(kept),
    );
});

const putApproval = statement(({ builder }, row: Fields<ImageApprovalTable>) => {
  const { digest, environment: of, details } = row;
  return builder
    .insertInto("image_approval")
    .values({ ...ofRepository(row), digest, environment: of, details })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "digest", "environment"])
        .doUpdateSet({ details }),
    );
});
