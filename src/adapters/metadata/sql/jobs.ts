import { sql } from "kysely";
import type {
  JobPosition,
  JobReads,
  JobWrites,
  PageRequest,
} from "../../../ports/metadata-store.ts";
import { type Job, type JobState, jobStates } from "../../../registry/jobs/job.ts";
import { wayOf } from "../../../registry/jobs/turns.ts";
import type { AccountId, Region } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import type { SqlSession } from "./session.ts";
import { type Statement, statement } from "./statement.ts";
import type { JobTable } from "./tables.ts";

export class SqlJobs implements JobReads, JobWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(id: string): Promise<Job | undefined> {
    const row = await this.#session.first(find, { id });
    return row && toJob(row);
  }

  async list(
    { after, limit }: PageRequest<JobPosition>,
    filter: { state?: JobState | undefined; kind?: string | undefined } = {},
  ): Promise<Job[]> {
    const found: Job[] = [];
    // One state after the other, so that an index answers whatever is filtered.
    for (const state of jobStates) {
      if (filter.state !== undefined && state !== filter.state) continue;
      if (after !== undefined && state < after.state) continue;
      if (found.length === limit) break;
      const start = after?.state === state ? after : { kind: "", id: "" };
      const page = { state, afterId: start.id, limit: limit - found.length };
      const { kind } = filter;
      const rows =
        kind === undefined
          ? await this.#session.all(listState, { ...page, afterKind: start.kind })
          : await this.#session.all(listKind, { ...page, kind });
      found.push(...rows.map(toJob));
    }
    return found;
  }

  async counts(): Promise<{ kind: string; state: JobState; jobs: number }[]> {
    const rows = await this.#session.all(counts, {});
    return rows.map(({ kind, state, jobs }) => ({ kind, state, jobs: Number(jobs) }));
  }

  async dueKinds(kinds: readonly string[], now: number): Promise<string[]> {
    if (kinds.length === 0) return [];
    const named = Object.fromEntries(kinds.map((kind, index) => [`kind${index}`, kind]));
    const found = await this.#session.first(areDue(kinds.length), { ...named, now });
    // SQLite says 1 where PostgreSQL says true.
    return kinds.filter((_, index) => Boolean(found?.[`kind${index}`]));
  }

  async enqueue(job: Job): Promise<void> {
    await this.#session.later(enqueue, toParameters(job));
  }

  async lock(id: string): Promise<Job | undefined> {
    const row = await this.#session.first(lock, { id });
    return row && toJob(row);
  }

  async lockActive(registry: Job["registry"], kind: string, key: string): Promise<Job | undefined> {
    const row = await this.#session.first(lockActive, { ...ofRegistry(registry), kind, key });
    return row && toJob(row);
  }

  async lockDue(kind: string, now: number, limit: number): Promise<Job[]> {
    const rows = await this.#session.all(lockDue, { kind, now, limit });
    return rows.map(toJob);
  }

  /** One look at the index for the turn, and one for each full way that lies before it. */
  async lockNextTurn(
    kind: string,
    now: number,
    turns: { readonly after: string | undefined; readonly withoutWays: readonly string[] },
  ): Promise<Job | undefined> {
    const { after, withoutWays } = turns;
    let row =
      after === undefined
        ? await this.#session.first(turnFrom, { kind, now, turn: "" })
        : await this.#session.first(turnAfter, { kind, now, turn: after });
    for (let skipped = 0; row !== undefined && skipped <= withoutWays.length; skipped += 1) {
      const way = wayOf(row.turn);
      if (!withoutWays.includes(way)) return toJob(row);
      // All that goes one way stands together: up to the character after its `/`.
      row = await this.#session.first(turnFrom, { kind, now, turn: `${way}0` });
    }
    return undefined;
  }

  async replace(job: Job): Promise<void> {
    await this.#session.later(replace, toParameters(job));
  }

  async heartbeat(id: string, holder: string, until: number): Promise<boolean> {
    return (await this.#session.change(heartbeat, { id, holder, until })) > 0;
  }

  async remove(id: string): Promise<void> {
    await this.#session.later(remove, { id });
  }

  async removeDead(registry: Job["registry"], kind: string, key: string): Promise<void> {
    await this.#session.later(removeDead, { ...ofRegistry(registry), kind, key });
  }
}

function ofRegistry(registry: Job["registry"]): {
  account: AccountId | "";
  region: Region | "";
} {
  return { account: registry?.account ?? "", region: registry?.region ?? "" };
}

function toJob(row: JobTable): Job {
  const { account, region } = row;
  return {
    id: row.id,
    registry: account === "" || region === "" ? undefined : { account, region },
    kind: row.kind,
    key: row.key,
    turn: row.turn,
    payload: row.payload,
    state: row.state,
    dueAt: row.due_at,
    againAt: row.again_at ?? undefined,
    attempts: row.attempts,
    holder: row.holder,
    lastError: row.last_error ?? undefined,
    createdAt: row.created_at,
  };
}

function toParameters(job: Job) {
  return {
    ...ofRegistry(job.registry),
    id: job.id,
    kind: job.kind,
    key: job.key,
    turn: job.turn,
    payload: job.payload,
    state: job.state,
    dueAt: job.dueAt,
    againAt: job.againAt ?? null,
    attempts: job.attempts,
    holder: job.holder,
    lastError: job.lastError ?? null,
    createdAt: job.createdAt,
  };
}
type JobParameters = ReturnType<typeof toParameters>;

function changing(job: JobParameters) {
  return {
    state: job.state,
    due_at: job.dueAt,
    again_at: job.againAt,
    attempts: job.attempts,
    holder: job.holder,
    last_error: job.lastError,
  };
}

type ById = { readonly id: string };
type WorkKey = Pick<JobParameters, "account" | "region" | "kind" | "key">;
type StatePage = { state: JobState; afterId: string; limit: number };

const byId = ({ builder }: SqlDialect, { id }: ById) =>
  builder.selectFrom("job").selectAll().where("id", "=", id);

const find = statement(byId);

const lock = statement((dialect, key: ById) => {
  const query = byId(dialect, key);
  return dialect.locksRows ? query.forUpdate() : query;
});

// Literals, where an index is only for some states: with a parameter nobody could tell that it serves.
const dead = sql.lit<JobState>("dead");
const running = sql.lit<JobState>("running");

const lockActive = statement((dialect, { account, region, kind, key }: WorkKey) => {
  const query = dialect.builder
    .selectFrom("job")
    .selectAll()
    .where((row) => row.and({ account, region, kind, key }))
    .where("state", "<>", dead);
  return dialect.locksRows ? query.forUpdate() : query;
});

const lockDue = statement((dialect, wanted: { kind: string; now: number; limit: number }) => {
  const query = dialect.builder
    .selectFrom("job")
    .selectAll()
    .where("state", "<>", dead)
    .where("kind", "=", wanted.kind)
    .where("due_at", "<=", wanted.now)
    .orderBy("due_at")
    .limit(wanted.limit);
  return dialect.locksRows ? query.forUpdate().skipLocked() : query;
});

const nextTurn =
  (than: ">" | ">=") =>
  (dialect: SqlDialect, from: { kind: string; now: number; turn: string }) => {
    const query = dialect.builder
      .selectFrom("job")
      .selectAll()
      .where("state", "<>", dead)
      .where("kind", "=", from.kind)
      .where("turn", than, from.turn)
      .where("due_at", "<=", from.now)
      .orderBy("turn")
      .orderBy("due_at")
      .limit(1);
    return dialect.locksRows ? query.forUpdate().skipLocked() : query;
  };
const turnAfter = statement(nextTurn(">"));
const turnFrom = statement(nextTurn(">="));

type Due = { readonly now: number } & Readonly<Record<`kind${number}`, string>>;

/** By the number of kinds. Asked after every few pushes, and long, so it is not written each time. */
const dueStatements = new Map<number, Statement<Due, Record<string, unknown>>>();

/** One row: for each of so many kinds, `kind0` and so on, whether a job of it is due. */
function areDue(kinds: number): Statement<Due, Record<string, unknown>> {
  const known = dueStatements.get(kinds);
  if (known !== undefined) return known;
  const names = Array.from({ length: kinds }, (_, index) => `kind${index}` as const);
  const made = statement(({ builder }, due: Due) =>
    builder.selectNoFrom(({ exists, selectFrom }) =>
      names.map((name) =>
        exists(
          selectFrom("job")
            .select("id")
            .where("state", "<>", dead)
            .where("kind", "=", due[name]!)
            .where("due_at", "<=", due.now),
        ).as(name),
      ),
    ),
  );
  dueStatements.set(kinds, made);
  return made;
}

const listState = statement(({ builder }, page: StatePage & { afterKind: string }) =>
  builder
    .selectFrom("job")
    .selectAll()
    .where("state", "=", page.state)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("kind", "id"), ">", tuple(page.afterKind, page.afterId)),
    )
    .orderBy("kind")
    .orderBy("id")
    .limit(page.limit),
);

const listKind = statement(({ builder }, page: StatePage & { kind: string }) =>
  builder
    .selectFrom("job")
    .selectAll()
    .where("state", "=", page.state)
    .where("kind", "=", page.kind)
    .where("id", ">", page.afterId)
    .orderBy("id")
    .limit(page.limit),
);

const counts = statement(({ builder }, _: Record<string, never>) =>
  builder
    .selectFrom("job")
    .select(["state", "kind", ({ fn }) => fn.countAll<number>().as("jobs")])
    .groupBy(["state", "kind"])
    .orderBy("state")
    .orderBy("kind"),
);

const enqueue = statement(({ builder }, job: JobParameters) =>
  builder
    .insertInto("job")
    .values({
      ...{ id: job.id, account: job.account, region: job.region, kind: job.kind, key: job.key },
      turn: job.turn,
      ...{ payload: job.payload, created_at: job.createdAt },
      ...changing(job),
    })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "kind", "key"])
        .where("state", "<>", dead)
        .doUpdateSet({
          due_at: sql`case when job.state = 'waiting' and job.attempts = 0
            and excluded.due_at < job.due_at then excluded.due_at else job.due_at end`,
          // Work that is under way may have looked before what this was enqueued for was there.
          again_at: sql`case when job.state = 'running'
            and (job.again_at is null or excluded.due_at < job.again_at)
            then excluded.due_at else job.again_at end`,
        }),
    ),
);

const replace = statement(({ builder }, job: JobParameters) =>
  builder.updateTable("job").set(changing(job)).where("id", "=", job.id),
);

const heartbeat = statement(
  ({ builder }, { id, holder, until }: ById & { holder: string; until: number }) =>
    builder
      .updateTable("job")
      .set({ due_at: until })
      .where("id", "=", id)
      .where("holder", "=", holder)
      .where("state", "=", running),
);

const remove = statement(({ builder }, { id }: ById) =>
  builder.deleteFrom("job").where("id", "=", id),
);

const removeDead = statement(({ builder }, { account, region, kind, key }: WorkKey) =>
  builder
    .deleteFrom("job")
    .where((row) => row.and({ account, region, kind, key }))
    .where("state", "=", dead),
);
