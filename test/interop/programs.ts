import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface Program {
  /** What to type: the name on the PATH. */
  readonly command: string;
  /** The Debian package that brings it; absent when Debian's is too old to be of use. */
  readonly debian?: string;
  /** Arguments that make it print its version. */
  readonly version: readonly string[];
  /** What the printed version must match; several programs of that name may be on the PATH. */
  readonly accepts?: RegExp;
  /** Said when it is missing, after the package's name. */
  readonly remark?: string;
}

/** Everything that the tests in this folder start and npm does not bring. */
export const programs = {
  docker: { command: "docker", debian: "docker.io", version: ["--version"] },
  dockerd: { command: "dockerd", debian: "docker.io", version: ["--version"] },
  containerd: { command: "containerd", debian: "containerd", version: ["--version"] },
  ctr: { command: "ctr", debian: "containerd", version: ["--version"] },
  podman: { command: "podman", debian: "podman", version: ["--version"] },
  buildah: { command: "buildah", debian: "buildah", version: ["--version"] },
  skopeo: { command: "skopeo", debian: "skopeo", version: ["--version"] },
  aws: {
    command: "aws",
    debian: "awscli",
    version: ["--version"],
    accepts: /^aws-cli\/2\./,
    remark: "version 2 of the AWS CLI is needed",
  },
  go: {
    command: "go",
    version: ["version"],
    accepts: /go1\.(2[4-9]|[3-9]\d|\d{3})/,
    remark: "Go 1.24 or later is needed, which Debian 12 does not have: install it by hand",
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

/** Debian packages that those programs need and only recommend. */
export const companions = ["ca-certificates", "crun", "iptables", "uidmap", "util-linux"];

/** Which programs each test file starts. A file that is not listed needs npm alone, or builds its own. */
export const needs: Readonly<Record<string, readonly ProgramName[]>> = {
  "aws-cli": ["aws"],
  "aws-cli-iam": ["aws"],
  "aws-cli-iam-roles": ["aws"],
  "aws-cli-sts": ["aws"],
  buildah: ["buildah"],
  containerd: ["containerd", "ctr"],
  docker: ["docker", "dockerd"],
  "docker-access": ["aws", "docker", "dockerd"],
  podman: ["podman"],
  "report-in-use": ["containerd", "ctr", "docker", "dockerd"],
  skopeo: ["skopeo"],
};

export interface FoundProgram {
  readonly path: string;
  readonly version: string;
}

const found = new Map<ProgramName, FoundProgram | undefined>();

/** The first acceptable program of that name on the PATH. */
export function findProgram(name: ProgramName): FoundProgram | undefined {
  if (!found.has(name)) found.set(name, search(programs[name]));
  return found.get(name);
}

/**
 * The path of a program that a test cannot do without.
 * @throws Error that says how to install it
 */
export function requireProgram(name: ProgramName): string {
  const program = findProgram(name);
  if (program === undefined) throw new Error(missing(name));
  return program.path;
}

/** One sentence: what is missing, and what to do about it. */
export function missing(name: ProgramName): string {
  const { command, debian, remark }: Program = programs[name];
  const cure =
    debian === undefined
      ? ""
      : `: "apt-get install ${debian}", or "npm run test:interop -- --install"`;
  return `${command} is not installed${remark === undefined ? "" : ` (${remark})`}${cure}`;
}

/**
 * The path of a program that is part of every Debian.
 * @throws Error when it is not there all the same
 */
export function findOnPath(command: string): string {
  const [path] = candidates(command);
  if (path === undefined) throw new Error(`${command} is not installed: it comes with util-linux`);
  return path;
}

function search(program: Program): FoundProgram | undefined {
  for (const path of candidates(program.command)) {
    const { status, stdout, stderr } = spawnSync(path, program.version, {
      encoding: "utf8",
      timeout: 30_000,
    });
    const version = `${stdout}${stderr}`.trim().split("\n")[0] ?? "";
    if (status === 0 && (program.accepts?.test(version) ?? true)) return { path, version };
  }
  return undefined;
}

function candidates(command: string): string[] {
  const directories = new Set((process.env.PATH ?? "").split(delimiter));
  // Daemons live where an ordinary user's PATH does not lead.
  for (const extra of ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/go/bin"]) {
    directories.add(extra);
  }
  directories.delete("");
  return [...directories].map((directory) => join(directory, command)).filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Absent or not ours to run: either way the search goes on.
  }
}
