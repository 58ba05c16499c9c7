/** A file that by its name holds secrets. */
export interface SecretPath {
  /** For people: `a private SSH key`. */
  readonly what: string;
  /** It has no other use; else most have some secret in them, and not all. */
  readonly isCertain: boolean;
}

const names = new Map<string, SecretPath>([
  ...["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].map(certain("a private SSH key")),
  ...[".netrc", "_netrc", ".pgpass", ".git-credentials", ".htpasswd"].map(
    certain("a file of passwords"),
  ),
  ...[".dockercfg"].map(certain("credentials of registries")),
  ...[".env", ".env.local", ".env.production", ".env.prod", ".env.development", ".env.staging"].map(
    likely("an environment file"),
  ),
  ...[".npmrc", ".yarnrc.yml", ".pypirc"].map(likely("settings of a package registry")),
  ...["terraform.tfstate", "terraform.tfstate.backup"].map(certain("a state of Terraform")),
  ...[".vault-token", ".vault_pass"].map(certain("a token of Vault")),
  ...["credentials.json", "client_secret.json", "service-account.json"].map(
    likely("credentials of a service"),
  ),
  ...[".s3cfg", ".boto", ".my.cnf"].map(likely("settings with a password")),
]);

/** By the last two parts of the path. */
const placed = new Map<string, SecretPath>([
  ...[".aws/credentials"].map(certain("credentials of AWS")),
  ...[".kube/config"].map(certain("credentials of a Kubernetes cluster")),
  ...[".docker/config.json"].map(likely("credentials of registries")),
  ...["gcloud/application_default_credentials.json", "gcloud/credentials.db"].map(
    certain("credentials of Google Cloud"),
  ),
  ...[".azure/accessTokens.json", ".azure/msal_token_cache.json"].map(certain("tokens of Azure")),
  ...["gh/hosts.yml"].map(certain("a token of GitHub")),
  ...[".m2/settings.xml"].map(likely("settings of Maven's registries")),
]);

const endings: readonly (readonly [string, SecretPath])[] = [
  [".p12", { what: "a key store", isCertain: false }],
  [".pfx", { what: "a key store", isCertain: false }],
  [".ppk", { what: "a private SSH key", isCertain: true }],
  [".kdbx", { what: "a password database", isCertain: true }],
];

/** What others wrote and published: examples, and what tests need. */
const published =
  /(^|\/)(node_modules|site-packages|dist-packages|gems|tests?|testdata|fixtures|examples?|docs?)\//;

/** Whether a path is that of a file with secrets; not of examples, templates and public halves. */
export function secretPath(path: string): SecretPath | undefined {
  if (published.test(path)) return undefined;
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  const parent = path.slice(path.lastIndexOf("/", slash - 1) + 1);
  const found = placed.get(parent) ?? names.get(name);
  if (found !== undefined) return found;
  return endings.find(([ending]) => name.length > ending.length && name.endsWith(ending))?.[1];
}

function certain(what: string): (key: string) => [string, SecretPath] {
  return (key) => [key, { what, isCertain: true }];
}

function likely(what: string): (key: string) => [string, SecretPath] {
  return (key) => [key, { what, isCertain: false }];
}
