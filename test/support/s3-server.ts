import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const module = "github.com/versity/versitygw/cmd/versitygw";
const version = "v1.8.0";
const buildTimeoutMs = 10 * 60_000;
const cache = fileURLToPath(new URL("../../.cache", import.meta.url));
const built = join(cache, `versitygw-${version}`);

/** What to start: the program that the environment names, or the one that was built here. */
export function s3Program(): string | undefined {
  const named = process.env.ENTREPOT_TEST_S3_SERVER;
  const path = named === undefined || named === "" ? built : named;
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
  const present = s3Program();
  if (present !== undefined) return present;
  const folder = join(cache, "s3-server");
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("go", ["install", `${module}@${version}`], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: "" },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: buildTimeoutMs,
    });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    const lines = (stderr?.toString() ?? "").trim().split("\n");
    const reason = (lines.at(-1) || String(error)).replace(/https?:\/\/\S+/g, "the module proxy");
    throw new Error(`the S3 server cannot be built with Go: ${reason}`);
  }
  renameSync(join(folder, "versitygw"), built); // Whole or not at all, whoever else builds it.
  return built;
}
