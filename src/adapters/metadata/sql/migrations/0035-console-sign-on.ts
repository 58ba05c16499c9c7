/** How people sign in to the console by an issuer of tokens. */
import type { Migration } from "./migration.ts";

export const migration0035: Migration = {
  version: 35,
  name: "console sign-on",
  statements: ({ builder, types: { text } }) => [
    // JSON; null where nobody signs in by it.
    builder.schema.alterTable("oidc_provider").addColumn("sign_on", text),
  ],
};
