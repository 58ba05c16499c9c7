/** What a name says that its value is. */
export type NamedSecret = "password" | "token";

const passwordEnds = ["password", "passwd", "passphrase"];
const tokenEnds = ["secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "authkey"];
const keyKinds = new Set(
  [
    "api",
    "access",
    "private",
    "secret",
    "auth",
    "encryption",
    "signing",
    "account",
    "master",
  ].concat(["session", "jwt", "app", "deploy", "service", "shared"]),
);

/** A name with one of these at its end tells something about a secret, and not the secret. */
const aboutIt = new Set(
  [
    ["file", "files", "path", "dir", "directory", "url", "uri", "name", "names", "id", "ids"],
    [
      "header",
      "ttl",
      "length",
      "len",
      "size",
      "type",
      "version",
      "expiry",
      "expiration",
      "expires",
    ],
    ["timeout", "field", "prefix", "suffix", "format", "algorithm", "alg", "count", "limit"],
    [
      "enabled",
      "disabled",
      "required",
      "policy",
      "hint",
      "issuer",
      "audience",
      "endpoint",
      "regex",
    ],
    ["pattern", "rotation", "days", "hours", "minutes", "seconds", "min", "max", "arn", "method"],
    ["mode", "provider", "store", "manager", "backend", "engine", "class", "scope", "host", "port"],
    ["env", "var", "ref", "label", "created", "updated", "age", "interval", "strategy", "checksum"],
    ["stdin", "salt", "fingerprint", "prompt", "owner", "user", "username"],
  ].flat(),
);

/** Longer names are nobody's. */
const mostCharacters = 128;

/** What a variable's or an option's name says of its value; nothing of most. */
export function namedSecret(name: string): NamedSecret | undefined {
  if (name.length > mostCharacters) return undefined;
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined || aboutIt.has(last)) return undefined;
  if (words.some(isPasswordWord(words.length))) return "password";
  const isKey = words.some(
    (word, at) => (word === "key" || word === "keys") && keyKinds.has(words[at - 1] ?? ""),
  );
  if (isKey || words.some((word) => tokenEnds.some((end) => word.endsWith(end)))) return "token";
  return words.some((word) => word === "credential" || word === "credentials")
    ? "token"
    : undefined;
}

/** `PWD` alone is the shell's directory, `pass` alone a verb. */
function isPasswordWord(words: number): (word: string) => boolean {
  return (word) =>
    passwordEnds.some((end) => word.endsWith(end)) ||
    (words > 1 && (word === "pwd" || word === "pass")) ||
    word === "dbpass" ||
    word === "pgpass";
}

/** `dbPassword`, `DB_PASSWORD` and `db-password` are the same words. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]/)
    .filter((word) => word !== "");
}
