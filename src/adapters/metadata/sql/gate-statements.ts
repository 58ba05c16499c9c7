/** What reads and writes gates, verdicts and reviews. */
import { sql } from "kysely";
import type { ReviewState, VerdictState } from "../../../registry/gates/gate.ts";
import { gateLimits } from "../../../registry/gates/gate-limits.ts";
import type { Digest } from "../../../registry/names.ts";
import type {
  GateTable,
  ImageQuarantineTable,
  ImageReviewTable,
  ImageVerdictTable,
} from "./gate-tables.ts";
import { ofRegistry, ofRepository, type RegistryKey, type RepositoryKey } from "./keys.ts";
import { type Fields, statement } from "./statement.ts";

type GateKey = RegistryKey & { readonly name: string };
export type ImageKey = RepositoryKey & { readonly digest: Digest };

export function imageKey({ account, region, repository, digest }: ImageKey): ImageKey {
  return { account, region, repository, digest };
}

const ofImageColumns = ["account", "region", "repository", "digest"] as const;

export const list = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("gate")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)))
    .orderBy("name")
    .limit(sql.lit(gateLimits.gates)),
);

export const find = statement(({ builder }, key: GateKey) =>
  builder
    .selectFrom("gate")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

export const put = statement(({ builder }, row: Fields<GateTable>) => {
  const { rule, created_at, updated_at, applied_at } = row;
  return builder
    .insertInto("gate")
    .values({ ...ofRegistry(row), name: row.name, rule, created_at, updated_at, applied_at })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "name"]).doUpdateSet({ rule, updated_at, applied_at }),
    );
});

export const remove = statement(({ builder }, key: GateKey) =>
  builder.deleteFrom("gate").where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

export const setApplied = statement(({ builder }, key: RegistryKey & { at: number }) =>
  builder
    .updateTable("gate")
    .set({ applied_at: key.at })
    .where((row) => row.and(ofRegistry(key)))
    .where("applied_at", "is", null),
);

export const verdict = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image_verdict")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

type Page = ImageKey & { readonly limit: number };

export const byState = statement(({ builder }, page: Page & { wanted: VerdictState }) =>
  builder
    .selectFrom("image_verdict")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), state: page.wanted }))
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("repository", "digest"), ">", tuple(page.repository, page.digest)),
    )
    .orderBy("repository")
    .orderBy("digest")
    .limit(page.limit),
);

export const byReview = statement(({ builder }, page: Page & { wanted: ReviewState }) =>
  builder
    .selectFrom("image_verdict")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), review: page.wanted }))
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("repository", "digest"), ">", tuple(page.repository, page.digest)),
    )
    .orderBy("repository")
    .orderBy("digest")
    .limit(page.limit),
);

export const byStateIn = statement(({ builder }, page: Page & { wanted: VerdictState }) =>
  builder
    .selectFrom("image_verdict")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(page), state: page.wanted }))
    .where("digest", ">", page.digest)
    .orderBy("digest")
    .limit(page.limit),
);

export const byReviewIn = statement(({ builder }, page: Page & { wanted: ReviewState }) =>
  builder
    .selectFrom("image_verdict")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(page), review: page.wanted }))
    .where("digest", ">", page.digest)
    .orderBy("digest")
    .limit(page.limit),
);

export const putVerdict = statement(({ builder }, row: Fields<ImageVerdictTable>) => {
  const { state, reasons, review, changed_at, judged_at } = row;
  const kept = { state, reasons, review, changed_at, judged_at };
  return builder
    .insertInto("image_verdict")
    .values({ ...ofRepository(row), digest: row.digest, ...kept })
    .onConflict((conflict) => conflict.columns(ofImageColumns).doUpdateSet(kept));
});

export const removeVerdict = statement(({ builder }, key: ImageKey) =>
  builder
    .deleteFrom("image_verdict")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const setHold = statement(
  ({ builder }, key: ImageKey & { hold: "PENDING" | "QUARANTINED" | null }) =>
    builder
      .updateTable("image")
      .set({ hold: key.hold })
      .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const quarantine = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image_quarantine")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const putQuarantine = statement(({ builder }, row: Fields<ImageQuarantineTable>) => {
  const kept = { reason: row.reason, by_principal: row.by_principal, at: row.at };
  return builder
    .insertInto("image_quarantine")
    .values({ ...ofRepository(row), digest: row.digest, ...kept })
    .onConflict((conflict) => conflict.columns(ofImageColumns).doUpdateSet(kept));
});

export const removeQuarantine = statement(({ builder }, key: ImageKey) =>
  builder
    .deleteFrom("image_quarantine")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const reviews = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image_review")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .orderBy("reviewer")
    .limit(sql.lit(gateLimits.reviews)),
);

export const approvals = statement(({ builder }, key: RepositoryKey & { limit: number }) =>
  builder
    .selectFrom("image_review")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), decision: sql.lit("APPROVED" as const) }))
    .orderBy("at", "desc")
    .limit(key.limit),
);

export const putReview = statement(({ builder }, row: Fields<ImageReviewTable>) => {
  const { decision, comment, at, until, ended_at, ended_because } = row;
  const kept = { decision, comment, at, until, ended_at, ended_because };
  return builder
    .insertInto("image_review")
    .values({ ...ofRepository(row), digest: row.digest, reviewer: row.reviewer, ...kept })
    .onConflict((conflict) => conflict.columns([...ofImageColumns, "reviewer"]).doUpdateSet(kept));
});

export const pushers = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image")
    .select("pushers")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const setPushers = statement(({ builder }, key: ImageKey & { pushers: string }) =>
  builder
    .updateTable("image")
    .set({ pushers: key.pushers })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);
