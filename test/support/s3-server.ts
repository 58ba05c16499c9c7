import { existsSync } from "node:fs";
import { buildGoProgram, goProgramPath } from "./go-program.ts";

const gateway = {
  name: "versitygw",
  module: "github.com/versity/versitygw",
  version: "v1.8.0",
  folder: "cmd/versitygw",
};

/** What to start: the program that the environment names, or the one that was built here. */
export function s3Program(): string | undefined {
  const named = process.env.ENTREPOT_TEST_S3_SERVER;
  const path = named === undefined || named === "" ? goProgramPath(gateway) : named;
  return existsSync(path) ? path : undefined;
}

/** Why nothing can be tried on S3 here, or `undefined`. */
export function s3Missing(): string | undefined {
  if (s3Program() !== undefined) return undefined;
  return (
    "no S3 server: 'npm run test:fleet -- --install' builds one with Go, " +
    "or name a versitygw in ENTREPOT_TEST_S3_SERVER"
  );
}

/**
 * Builds the server from its Go module, once.
 * @throws Error that says in one sentence why it cannot be built
 */
export function buildS3Server(): string {
  return s3Program() ?? buildGoProgram(gateway);
}
