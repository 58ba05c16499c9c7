import type { FoundPackage } from "../found-package.ts";

/** How the vendor of a distribution's own RPMs begins, in lower case. */
const vendors: Readonly<Record<string, readonly string[]>> = {
  AlmaLinux: ["almalinux"],
  "Azure Linux": ["microsoft"],
  Mageia: ["mageia"],
  openEuler: ["openeuler", "http://openeuler.org"],
  openSUSE: ["opensuse", "suse"],
  "Photon OS": ["vmware", "broadcom"],
  "Red Hat": ["red hat", "centos"],
  "Rocky Linux": ["rocky"],
  SUSE: ["suse", "opensuse"],
};

/**
 * Maintainers of Debian packages who are no part of Debian or Ubuntu. Theirs may be anybody's, so these are
 * those that are known to be somebody else's: what is not known is judged.
 */
const foreignMaintainers = [
  ...["@docker.com", "@nodesource.com", "@microsoft.com", "@google.com", "@hashicorp.com"],
  ...["@nginx.com", "@mongodb.com", "@elastic.co", "@oracle.com", "@mariadb.com", "@mariadb.org"],
  ...["@percona.com", "@grafana.com", "@datadoghq.com", "@gitlab.com", "@githubusercontent.com"],
  ...["@redis.com", "@redis.io", "@rabbitmq.com", "@clickhouse.com", "@influxdata.com"],
  ...["@newrelic.com", "@yarnpkg.com", "@nvidia.com", "@azul.com", "@packages.sury.org"],
  ...["@puppet.com", "@chef.io", "@saltproject.io", "@cloudflare.com", "@tailscale.com"],
];

/** What such packages have in their versions: PostgreSQL's own, NodeSource's, Ondřej Surý's, Nginx's. */
const foreignVersions = [".pgdg", "nodesource", "sury.org", "~dotdeb", "+maria~", "-percona"];

/** What tells who built a package. */
export type BuiltPackage = Pick<FoundPackage, "type" | "vendor" | "version">;

/**
 * Whether a system's package was built by somebody else: the distribution's advisories are not about it, nor
 * about what is in it.
 */
export function isThirdParty({ type, vendor, version }: BuiltPackage, family: string): boolean {
  const said = vendor?.trim().toLowerCase() ?? "";
  if (type === "rpm") {
    const own = vendors[family];
    if (said === "" || own === undefined) return false;
    return !own.some((name) => said.startsWith(name));
  }
  if (type !== "deb") return false;
  if (foreignVersions.some((mark) => version.includes(mark))) return true;
  return foreignMaintainers.some((domain) => said.includes(domain));
}
