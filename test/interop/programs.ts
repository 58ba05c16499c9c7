import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type GoProgram, goProgramPath } from "../support/go-program.ts";

export interface Program {
  /** What to type: the name on the PATH. */
  readonly command: string;
  /** The Debian package that brings it; absent when Debian's is too old to be of use. */
  readonly debian?: string;
  /** The Go module that brings it, where Debian has none. */
  readonly module?: GoProgram;
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
  dockerRegistry: {
    command: "docker-registry",
    debian: "docker-registry",
    version: ["--version"],
  },
  skopeo: { command: "skopeo", debian: "skopeo", version: ["--version"] },
  debootstrap: { command: "debootstrap", debian: "debootstrap", version: ["--version"] },
  notation: {
    command: "notation",
    version: ["version"],
    module: {
      name: "notation",
      module: "github.com/notaryproject/notation",
      version: "v1.3.2",
      folder: "cmd/notation",
    },
  },
  crane: {
    command: "crane",
    version: ["version"],
    module: {
      name: "crane",
      module: "github.com/google/go-containerregistry",
      version: "v0.22.1",
      folder: "cmd/crane",
    },
  },
  oras: {
    command: "oras",
    version: ["version"],
    module: { name: "oras", module: "oras.land/oras", version: "v1.3.6", folder: "cmd/oras" },
  },
  regctl: {
    command: "regctl",
    version: ["version"],
    module: {
      name: "regctl",
      module: "github.com/regclient/regclient",
      version: "v0.11.7",
      folder: "cmd/regctl",
    },
  },
  helm: {
    command: "helm",
    version: ["version", "--short"],
    module: {
      ...{ name: "helm", module: "helm.sh/helm/v3", version: "v3.18.6", folder: "cmd/helm" },
    },
  },
  cosign: {
    command: "cosign",
    // Its first line is a picture, and it writes bundles since version 3: the one that is built here.
    version: ["version"],
    module: {
      name: "cosign",
      module: "github.com/sigstore/cosign/v3",
      version: "v3.1.3",
      folder: "cmd/cosign",
    },
  },
  aws: {
    command: "aws",
    debian: "awscli",
    version: ["--version"],
    accepts: /^aws-cli\/2\./,
    remark: "version 2 of the AWS CLI is needed",
  },
  /** One that can be told where each service is. */
  awsWithEndpoints: {
    command: "aws",
    version: ["--version"],
    accepts: /^aws-cli\/(1\.(29|[3-9]\d)|2\.(1[3-9]|[2-9]\d))\./,
    remark: "version 2.13 or 1.29 of the AWS CLI is needed, which Debian 12 does not have",
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
  approvals: ["skopeo"],
  "aws-cli": ["aws"],
  "aws-cli-iam": ["aws"],
  "aws-cli-iam-roles": ["aws"],
  "aws-cli-secrets": ["aws"],
  "aws-cli-sts": ["aws"],
  "aws-cli-trails": ["awsWithEndpoints"],
  buildah: ["buildah"],
  containerd: ["containerd", "ctr"],
  crane: ["crane"],
  "debian-scan": ["debootstrap"],
  docker: ["docker", "dockerd"],
  "docker-access": ["aws", "docker", "dockerd"],
  helm: ["helm"],
  import: ["dockerRegistry", "skopeo"],
  oras: ["oras"],
  podman: ["podman"],
  public: ["aws", "skopeo"],
  "public-clients": ["containerd", "ctr", "docker", "dockerd", "podman", "skopeo"],
  regctl: ["regctl"],
  "report-in-use": ["containerd", "ctr", "docker", "dockerd"],
  "run-task": ["docker", "dockerd"],
  scan: ["aws", "buildah", "docker", "dockerd", "skopeo"],
  signing: ["cosign", "notation"],
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
  const { command, debian, module, remark }: Program = programs[name];
  const own = '"npm run test:interop -- --install"';
  let cure = "";
  if (debian !== undefined) cure = `: "apt-get install ${debian}", or ${own}`;
  else if (module !== undefined) cure = `: ${own} builds it with Go`;
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
  const built = program.module === undefined ? [] : [goProgramPath(program.module)];
  for (const path of [...built.filter(isExecutable), ...candidates(program.command)]) {
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
