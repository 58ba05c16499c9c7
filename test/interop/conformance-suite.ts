import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { requireProgram } from "./programs.ts";
import { succeed } from "./run-program.ts";

/** The official suite is a Go module of its own inside the specification's repository. */
const suite = "github.com/opencontainers/distribution-spec/conformance";
const version = "v0.0.0-20260831232431-97274622c111";
const buildTimeoutMs = 10 * 60_000;
const cache = fileURLToPath(new URL("../../.cache", import.meta.url));

/**
 * The path of the suite's program: built with Go at first use, then kept in `.cache`. With
 * ENTREPOT_OCI_CONFORMANCE set to the suite's folder in a checkout of the specification, that one is
 * built instead of a download.
 * @throws Error that says in one sentence why there is no such program
 */
export async function buildConformanceSuite(): Promise<string> {
  const local = process.env.ENTREPOT_OCI_CONFORMANCE;
  const program = join(cache, `oci-conformance-${local === undefined ? version : "local"}`);
  if (local === undefined && existsSync(program)) return program;
  const go = requireProgram("go");
  const source = local ?? downloadSource(go);
  mkdirSync(cache, { recursive: true });
  const unfinished = `${program}-${process.pid}`;
  await succeed(go, ["build", "-buildvcs=false", "-o", unfinished, "."], {
    cwd: source,
    env: { GOFLAGS: "-mod=readonly", GOWORK: "off" },
    timeoutMs: buildTimeoutMs,
  });
  renameSync(unfinished, program); // Whole or not at all, whoever else builds it.
  return program;
}

/** The folder in Go's module cache. */
function downloadSource(go: string): string {
  const { stdout } = spawnSync(go, ["mod", "download", "-json", `${suite}@${version}`], {
    cwd: dirname(cache),
    encoding: "utf8",
    timeout: buildTimeoutMs,
  });
  let answer: { Dir?: string; Error?: string };
  try {
    answer = JSON.parse(stdout);
  } catch {
    answer = { Error: "go printed nothing that can be read" };
  }
  if (answer.Dir !== undefined) return answer.Dir;
  throw new Error(
    `the OCI conformance suite cannot be downloaded: ${reasonOf(answer.Error ?? "")}. ` +
      'ENTREPOT_OCI_CONFORMANCE may name the folder "conformance" of a checkout of the OCI ' +
      "distribution specification",
  );
}

/** What the module proxy answered, without the address of whichever proxy this machine uses. */
function reasonOf(error: string): string {
  const words = error.replace(/\s+/g, " ").replace(/https?:\/\/\S+/g, "the module proxy");
  const reason = words.slice(words.lastIndexOf(version) + version.length);
  return reason.replace(/^[:\s]+|[.\s]+$/g, "") || words;
}
