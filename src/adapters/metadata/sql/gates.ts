import type {
  GateReads,
  GateWrites,
  VerdictFilter,
  VerdictPosition,
} from "../../../ports/gate-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { Gate, Quarantine, Review, Verdict } from "../../../registry/gates/gate.ts";
import type { Digest, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import {
  toGate,
  toGateRow,
  toQuarantine,
  toQuarantineRow,
  toReview,
  toReviewRow,
  toVerdict,
  toVerdictRow,
} from "./gate-rows.ts";
import * as gates from "./gate-statements.ts";
import { registryKey, repositoryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";

export class SqlGates implements GateReads, GateWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(registry: Registry): Promise<Gate[]> {
    return (await this.#session.all(gates.list, registryKey(registry))).map(toGate);
  }

  async find(registry: Registry, name: string): Promise<Gate | undefined> {
    const row = await this.#session.first(gates.find, { ...registryKey(registry), name });
    return row && toGate(row);
  }

  async verdict(repository: RepositoryRef, digest: Digest): Promise<Verdict | undefined> {
    const key = { ...repositoryKey(repository), digest };
    const row = await this.#session.first(gates.verdict, key);
    return row && toVerdict(row);
  }

  async verdicts(
    registry: Registry,
    { after, limit }: PageRequest<VerdictPosition>,
    { state, review }: VerdictFilter,
  ): Promise<Verdict[]> {
    const page = {
      ...{ ...registryKey(registry), limit },
      ...{ repository: after?.repositoryId ?? "", digest: after?.digest ?? ("" as Digest) },
    };
    const rows =
      state === undefined
        ? await this.#session.all(gates.byReview, { ...page, wanted: review })
        : await this.#session.all(gates.byState, { ...page, wanted: state });
    return rows.map(toVerdict);
  }

  async verdictsIn(
    repository: RepositoryRef,
    { after = "" as Digest, limit }: PageRequest<Digest>,
    { state, review }: VerdictFilter,
  ): Promise<Verdict[]> {
    const page = { ...repositoryKey(repository), digest: after, limit };
    const rows =
      state === undefined
        ? await this.#session.all(gates.byReviewIn, { ...page, wanted: review })
        : await this.#session.all(gates.byStateIn, { ...page, wanted: state });
    return rows.map(toVerdict);
  }

  async quarantine(repository: RepositoryRef, digest: Digest): Promise<Quarantine | undefined> {
    const key = { ...repositoryKey(repository), digest };
    const row = await this.#session.first(gates.quarantine, key);
    return row && toQuarantine(row);
  }

  async reviews(repository: RepositoryRef, digest: Digest): Promise<Review[]> {
    const key = { ...repositoryKey(repository), digest };
    const rows = await this.#session.all(gates.reviews, key);
    return rows.map(toReview).toSorted((one, other) => other.at - one.at);
  }

  async approvals(repository: RepositoryRef, limit: number): Promise<Review[]> {
    const key = { ...repositoryKey(repository), limit };
    return (await this.#session.all(gates.approvals, key)).map(toReview);
  }

  async pushers(repository: RepositoryRef, digest: Digest): Promise<readonly string[]> {
    const key = { ...repositoryKey(repository), digest };
    const row = await this.#session.first(gates.pushers, key);
    return row?.pushers == null ? [] : (JSON.parse(row.pushers) as string[]);
  }

  async put(gate: Gate): Promise<void> {
    await this.#session.later(gates.put, toGateRow(gate));
  }

  async remove(registry: Registry, name: string): Promise<boolean> {
    return (await this.#session.change(gates.remove, { ...registryKey(registry), name })) > 0;
  }

  async setApplied(registry: Registry, at: number): Promise<void> {
    await this.#session.later(gates.setApplied, { ...registryKey(registry), at });
  }

  async putVerdict(verdict: Verdict): Promise<void> {
    const row = toVerdictRow(verdict);
    const hold = verdict.state === "ALLOWED" ? null : verdict.state;
    await this.#session.allLater([
      this.#session.command(gates.putVerdict, row),
      this.#session.command(gates.setHold, { ...gates.imageKey(row), hold }),
    ]);
  }

  async removeVerdict(repository: RepositoryRef, digest: Digest): Promise<void> {
    const key = { ...repositoryKey(repository), digest };
    await this.#session.allLater([
      this.#session.command(gates.removeVerdict, key),
      this.#session.command(gates.setHold, { ...key, hold: null }),
    ]);
  }

  async putQuarantine(quarantine: Quarantine): Promise<void> {
    await this.#session.later(gates.putQuarantine, toQuarantineRow(quarantine));
  }

  async removeQuarantine(repository: RepositoryRef, digest: Digest): Promise<boolean> {
    const key = { ...repositoryKey(repository), digest };
    return (await this.#session.change(gates.removeQuarantine, key)) > 0;
  }

  async putReview(review: Review): Promise<void> {
    await this.#session.later(gates.putReview, toReviewRow(review));
  }

  async setPushers(
    repository: RepositoryRef,
    digest: Digest,
    pushers: readonly string[],
  ): Promise<void> {
    const key = { ...repositoryKey(repository), digest };
    await this.#session.later(gates.setPushers, { ...key, pushers: JSON.stringify(pushers) });
  }
}
