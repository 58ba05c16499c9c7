import { statement } from "./statement.ts";

/** Writes the one row of its table: who can do that can write. */
export const probe = statement(({ builder }, { at }: { at: number }) =>
  builder
    .insertInto("probe")
    .values({ id: 1, at })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ at })),
);
