import { parseOsRelease } from "./os-release.ts";

/** The operating system that an image says it is. */
export interface Distribution {
  /** os-release's ID: `debian`. */
  readonly id: string;
  /** os-release's VERSION_ID, absent for rolling ones: `12`, `3.19.1`. */
  readonly versionId?: string;
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  /** OSV's name of its advisories, with the release: `Debian:12`. Absent if there are none for it. */
  readonly ecosystem?: string;
  /** More names of its advisories, where a vendor keeps them by product: Red Hat, SUSE. */
  readonly moreEcosystems?: readonly string[];
}

/** Files that tell the distribution, the one that counts first. */
export const distributionFiles = [
  "etc/os-release",
  "usr/lib/os-release",
  "etc/lsb-release",
  "etc/alpine-release",
  "etc/system-release",
  "etc/centos-release",
  "etc/redhat-release",
  "etc/debian_version",
] as const;

/** Not a distribution's own statement, but what says whether an Alpine is of the edge. */
export const alpineRepositories = "etc/apk/repositories";

/**
 * What an image says it is, by the content of its system files. Derivatives are what they say they are
 * and have no ecosystem: another distribution's advisories do not hold for them, whatever ID_LIKE says.
 * Undefined if nothing says anything. Sources: os-release(5); OSV schema, "Defined Ecosystems".
 */
export function distributionOf(
  systemFiles: Readonly<Record<string, string>>,
): Distribution | undefined {
  for (const path of distributionFiles) {
    const text = Object.hasOwn(systemFiles, path) ? systemFiles[path] : undefined;
    const said = text === undefined ? undefined : readers[path](text);
    if (said === undefined) continue;
    const repositories = Object.hasOwn(systemFiles, alpineRepositories)
      ? systemFiles[alpineRepositories]
      : undefined;
    const [ecosystem, ...more] = ecosystemsOf(said, repositories);
    return {
      id: said.id,
      ...(said.versionId === undefined ? {} : { versionId: said.versionId }),
      name: said.name,
      ...(ecosystem === undefined ? {} : { ecosystem }),
      ...(more.length === 0 ? {} : { moreEcosystems: more }),
    };
  }
  return undefined;
}

interface Said {
  readonly id: string;
  readonly versionId?: string;
  readonly name: string;
  /** CPE_NAME. */
  readonly cpe?: string;
}

const readers: Record<(typeof distributionFiles)[number], (text: string) => Said | undefined> = {
  "etc/os-release": fromOsRelease,
  "usr/lib/os-release": fromOsRelease,
  "etc/lsb-release": fromLsbRelease,
  "etc/alpine-release": (text) => fromNumber("alpine", "Alpine Linux", text),
  "etc/system-release": fromSentence,
  "etc/centos-release": fromSentence,
  "etc/redhat-release": fromSentence,
  "etc/debian_version": (text) => fromNumber("debian", "Debian GNU/Linux", text),
};

function fromOsRelease(text: string): Said | undefined {
  const fields = parseOsRelease(text);
  const id = fields.get("ID")?.toLowerCase();
  if (!id) return undefined;
  const versionId = fields.get("VERSION_ID");
  const cpe = fields.get("CPE_NAME");
  return {
    id,
    ...(versionId ? { versionId } : {}),
    name: fields.get("PRETTY_NAME") || fields.get("NAME") || id,
    ...(cpe ? { cpe } : {}),
  };
}

/** Before os-release, in Ubuntu up to 12.04 and its derivatives. */
function fromLsbRelease(text: string): Said | undefined {
  const fields = parseOsRelease(text);
  const id = fields.get("DISTRIB_ID")?.toLowerCase();
  if (!id) return undefined;
  const versionId = fields.get("DISTRIB_RELEASE");
  return {
    id,
    ...(versionId ? { versionId } : {}),
    name: fields.get("DISTRIB_DESCRIPTION") || id,
  };
}

/** A file with a version and nothing else. */
function fromNumber(id: string, name: string, text: string): Said | undefined {
  const first = firstLine(text);
  if (first === "") return undefined;
  // "trixie/sid" is what testing says: it has no number.
  return startsWithDigit(first)
    ? { id, versionId: first, name: `${name} ${first}` }
    : { id, name: `${name} ${first}` };
}

const sentences: readonly (readonly [start: string, id: string])[] = [
  ["CentOS", "centos"],
  ["Red Hat Enterprise Linux", "rhel"],
  ["AlmaLinux", "almalinux"],
  ["Rocky Linux", "rocky"],
  ["Oracle Linux", "ol"],
  ["Amazon Linux", "amzn"],
  ["Fedora", "fedora"],
];

/** `CentOS release 6.10 (Final)`, `Amazon Linux AMI release 2018.03`. */
function fromSentence(text: string): Said | undefined {
  const first = firstLine(text);
  const known = sentences.find(([start]) => first.startsWith(start));
  if (known === undefined) return undefined;
  const versionId = first.split(" ").find(startsWithDigit);
  return { id: known[1], ...(versionId ? { versionId } : {}), name: first };
}

function firstLine(text: string): string {
  return (text.trim().split("\n", 1)[0] ?? "").trim().slice(0, 200);
}

function startsWithDigit(text: string): boolean {
  return text >= "0" && text < ":";
}

function ecosystemsOf(said: Said, repositories: string | undefined): readonly string[] {
  const { id, versionId } = said;
  // No release is ever made up: of most, what has none has no advisories.
  const [major = "", minor = ""] = (versionId ?? "").split(".");
  const release = (name: string, of: string) => (of === "" ? [] : [`${name}:${of}`]);
  switch (id) {
    case "debian":
      return release("Debian", major);
    case "ubuntu":
      return minor === "" ? [] : [`Ubuntu:${major}.${minor}${isLongTerm(major, minor)}`];
    case "alpine":
      return alpineEcosystem(versionId, repositories);
    case "almalinux":
      return release("AlmaLinux", major);
    case "rocky":
      return release("Rocky Linux", major);
    case "wolfi":
      return ["Wolfi"];
    case "chainguard":
      return ["Chainguard"];
    case "photon":
      return release("Photon OS", versionId ?? "");
    case "azurelinux":
    case "mariner":
      return release("Azure Linux", major);
    case "rhel":
    case "centos":
      return redHatEcosystems(said, major);
    case "sles":
      return suseEcosystems(major, minor);
    case "opensuse-leap":
      return release("openSUSE", versionId === undefined ? "" : `Leap ${versionId}`);
    case "opensuse-tumbleweed":
      return ["openSUSE:Tumbleweed"];
    default:
      return [];
  }
}

/** Source: Ubuntu, "Release cadence": an LTS each second April. */
function isLongTerm(year: string, month: string): ":LTS" | "" {
  return month === "04" && Number(year) % 2 === 0 ? ":LTS" : "";
}

function alpineEcosystem(
  versionId: string | undefined,
  repositories: string | undefined,
): readonly string[] {
  if (versionId === undefined) return [];
  const [major = "", minor = ""] = versionId.split(".");
  // A pre-release of the next one: `3.20_alpha20240329`.
  if (versionId.includes("_alpha") || isOfTheEdge(repositories)) return ["Alpine:edge"];
  return major === "" || minor === "" ? [] : [`Alpine:v${major}.${minor}`];
}

/** Whether its main packages come from there. Single packages of the edge are often added to a release. */
function isOfTheEdge(repositories: string | undefined): boolean {
  if (repositories === undefined) return false;
  const main = repositories
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !line.startsWith("#") && !line.startsWith("@"))
    .filter((line) => line.endsWith("/main"));
  return main.length > 0 && main.every((line) => line.endsWith("/edge/main"));
}

/**
 * By what CPE_NAME has behind its vendor: `enterprise_linux:9::baseos`, and the other repositories that
 * images have packages of. CentOS up to 8 was Red Hat's own rebuild and had its versions; Stream is ahead.
 */
function redHatEcosystems(said: Said, major: string): readonly string[] {
  const isStream = said.name.includes("Stream");
  if (major === "" || isStream || (said.id === "centos" && Number(major) > 8)) return [];
  const stream = Number(major) < 8 ? ["server"] : ["baseos", "appstream", "crb"];
  const standard = stream.map((name) => `Red Hat:enterprise_linux:${major}::${name}`);
  const vendor = "cpe:/o:redhat:";
  const own = said.cpe?.startsWith(vendor) ? `Red Hat:${said.cpe.slice(vendor.length)}` : "";
  return [...new Set(own === "" ? standard : [own, ...standard])];
}

/** SUSE keeps advisories by product: the server, and the modules that images have packages of. */
function suseEcosystems(major: string, minor: string): readonly string[] {
  if (major === "") return [];
  if (Number(major) >= 16) return [`SUSE:Linux Enterprise Server ${major}.${minor || "0"}`];
  const release = minor === "" || minor === "0" ? major : `${major} SP${minor}`;
  const server = `SUSE:Linux Enterprise Server ${release}`;
  if (Number(major) < 15) return [server];
  const modules = ["Basesystem", "Server Applications", "Development Tools"];
  return [server, ...modules.map((name) => `SUSE:Linux Enterprise Module for ${name} ${release}`)];
}
