/** The files of a Debian, as its own archive makes them: once, kept in `.cache`. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../../.cache", import.meta.url));
const suite = "bookworm";
const packages = ["ca-certificates", "curl", "libxml2", "openssl", "python3-minimal"];
const timeoutMs = 15 * 60_000;

/**
 * The directory of a Debian 12: what is essential, and some packages that people put into images.
 * @param debootstrap the program, which has to be run by root
 * @param mirror by default that of the machine's own sources
 * @throws Error that says in one sentence why it can not be had
 */
export function debianRoot(debootstrap: string, mirror = "http://deb.debian.org/debian"): string {
  const path = join(cache, `debian-${suite}`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${path}-${process.pid}`;
  const words = ["--variant=minbase", `--include=${packages.join(",")}`, suite, unfinished, mirror];
  const { status, stdout, stderr, error } = spawnSync(debootstrap, words, {
    encoding: "utf8",
    timeout: timeoutMs,
  });
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    const last = `${stdout}${stderr}`.trim().split("\n").at(-1);
    throw new Error(`debootstrap makes no ${suite}: ${error?.message ?? last}`);
  }
  // As images of Debian have it: no archives of packages, and no lists of them.
  for (const waste of ["var/cache/apt", "var/lib/apt/lists", "var/log"]) {
    rmSync(join(unfinished, waste), { recursive: true, force: true });
  }
  renameSync(unfinished, path); // Whole or not at all.
  return path;
}
