import { hideSecrets } from "../secrets/find-secrets.ts";
import { isBuildTool } from "../shell/build-tools.ts";
import { type BuildKind, installedPackages, planOf, type StageStep } from "./stage-plan.ts";

/** One stage that builds and runs. */
export interface StageSource {
  /** As `FROM` names it. */
  readonly base: string;
  /** Its steps after FROM. */
  readonly steps: readonly StageStep[];
  /** Lines that say how it runs: EXPOSE, HEALTHCHECK, ENTRYPOINT, CMD. */
  readonly ending: readonly string[];
  /** Who runs it, if the stage says so. */
  readonly user: string;
}

const building = new Set(["ADD", "ARG", "COPY", "ENV", "RUN", "SHELL", "WORKDIR"]);
const mostSteps = 100;
/** Of one step: nobody reads more. */
const mostCharacters = 4000;
const anyUser = "10001:10001";

/** The same in two stages, as a Dockerfile: one that builds, and one that has only what runs. */
export function proposeStages({ base, steps, ending, user }: StageSource): string {
  const plan = planOf(steps);
  const runtime = runtimeBase(plan.kind, base);
  const kept = steps.filter(({ instruction }) => instruction === "ENV");
  const lines = [
    `FROM ${base} AS build`,
    ...buildLines(plan.kind, steps.filter(isBuilding).slice(0, mostSteps)),
    "",
    `FROM ${runtime}`,
    ...kept.map(lineOf),
    ...(plan.kind === "python" ? ['ENV PATH="/opt/venv/bin:$PATH"'] : []),
    ...runtimePackages(plan.kind, steps),
    ...copies(plan.kind, plan.directory, plan.output),
    ...userLines(user, runtime),
    ...ending,
  ];
  return lines.join("\n");
}

function isBuilding({ instruction }: StageStep): boolean {
  return building.has(instruction);
}

/** A script of several lines goes into a heredoc, so that none of them is taken for an instruction. */
function lineOf({ instruction, text: whole }: StageStep): string {
  const text = shown(whole);
  if (!text.includes("\n")) return `${instruction} ${text}`;
  const lines = text.trimEnd().split("\n");
  if (instruction !== "RUN") return `${instruction} ${lines.map((line) => line.trim()).join(" ")}`;
  const mark = lines.includes("SCRIPT") ? "END_OF_SCRIPT" : "SCRIPT";
  return [`RUN <<'${mark}'`, ...lines, mark].join("\n");
}

/** Secrets are hidden before it is cut: half of one would not be known. */
function shown(text: string): string {
  const hidden = hideSecrets(text);
  return hidden.length > mostCharacters ? `${hidden.slice(0, mostCharacters)}…` : hidden;
}

function buildLines(kind: BuildKind, steps: readonly StageStep[]): string[] {
  const lines = steps.map(lineOf);
  if (kind === "node") return [...lines, "RUN npm prune --omit=dev"];
  if (kind !== "python") return lines;
  const first = lines.findIndex(
    (line) => line.startsWith("RUN ") && /\b(pip|poetry|uv)\b/.test(line),
  );
  const environment = ["RUN python -m venv /opt/venv", 'ENV PATH="/opt/venv/bin:$PATH"'];
  return lines.toSpliced(Math.max(0, first), 0, ...environment);
}

/** Smaller ones of the same publisher, where it has them. */
function runtimeBase(kind: BuildKind, base: string): string {
  const [name = "", tag] = nameAndTag(base);
  const repository = name.slice(name.lastIndexOf("/") + 1);
  if (kind === "go") return "gcr.io/distroless/static-debian12:nonroot";
  if (kind === "rust" && repository === "rust") return "debian:12-slim";
  if (kind === "java" && repository !== "eclipse-temurin") return "eclipse-temurin:21-jre";
  if (kind === "java") return `${name}:${(tag ?? "21").replace("jdk", "jre")}`;
  const hasSlim = ["node", "python", "debian", "ruby", "php", "perl"].includes(repository);
  if (!hasSlim || tag === undefined || /alpine|slim|fpm|apache/.test(tag))
    return name + tagText(tag);
  return `${name}:${tag}-slim`;
}

function tagText(tag: string | undefined): string {
  return tag === undefined ? "" : `:${tag}`;
}

/** Without a digest, which is another image's. */
function nameAndTag(base: string): [string, string | undefined] {
  const [named = ""] = base.split("@");
  const colon = named.lastIndexOf(":");
  if (colon <= named.lastIndexOf("/")) return [named, undefined];
  return [named.slice(0, colon), named.slice(colon + 1)];
}

/** What was installed to run, without what was to build; only where the last stage has a package manager. */
function runtimePackages(kind: BuildKind, steps: readonly StageStep[]): string[] {
  if (kind === "go" || kind === "java") return [];
  const { manager, packages } = installedPackages(steps);
  const needed = packages.filter(
    (name) => /^[A-Za-z0-9][\w.+-]*$/.test(name) && !isBuildTool(name),
  );
  const headers = packages.filter((name) => /^lib.*-dev(el)?$/.test(name));
  const note =
    headers.length === 0
      ? []
      : [`# and the libraries that run time needs of: ${headers.join(" ")}`];
  if (needed.length === 0) return note;
  return [...note, `RUN ${installScript(manager, needed.join(" "))}`];
}

function installScript(manager: string | undefined, names: string): string {
  if (manager === "apk") return `apk add --no-cache ${names}`;
  if (manager === "dnf")
    return `dnf install -y --setopt=install_weak_deps=False ${names} && dnf clean all`;
  if (manager === "zypper") return `zypper -n install --no-recommends ${names} && zypper clean -a`;
  const install = `apt-get install -y --no-install-recommends ${names}`;
  return `apt-get update \\\n && ${install} \\\n && rm -rf /var/lib/apt/lists/*`;
}

function copies(kind: BuildKind, directory: string, output: string | undefined): string[] {
  if (kind === "go") {
    const file = output ?? "app";
    const path = file.startsWith("/") ? file : `${directory}/${file.replace(/^\.\//, "")}`;
    return [`COPY --from=build ${path} ${path}`];
  }
  const enter = `WORKDIR ${directory}`;
  if (kind === "rust") return [enter, `COPY --from=build ${directory}/target/release/app ./app`];
  if (kind === "java") return [enter, `COPY --from=build ${directory}/target/*.jar ./app.jar`];
  const own = `COPY --from=build ${directory} ${directory}`;
  return kind === "python" ? [enter, "COPY --from=build /opt/venv /opt/venv", own] : [enter, own];
}

function userLines(user: string, runtime: string): string[] {
  if (runtime.endsWith(":nonroot")) return [];
  return [`USER ${user === "" || /^(root|0)(:|$)/.test(user) ? anyUser : user}`];
}
