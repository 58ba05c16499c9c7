import { base62, characterSet, endOfRun, isIn, sets } from "./character-sets.ts";
import { type FoundSecret, previewOf } from "./found-secret.ts";
import { isPlaceholder } from "./placeholders.ts";

/** Up to where user, password and host of a URL go. */
const authority = characterSet(`${base62}-._~!$&()*+,;=:@%[]{}<>^|`);
const scheme = characterSet(`${base62}+.-`);
const mostCharacters = 2048;

const databases = new Set(
  [
    ["postgres", "postgresql", "mysql", "mysql2", "mariadb", "mongodb", "mongodb+srv", "redis"],
    [
      "rediss",
      "amqp",
      "amqps",
      "mssql",
      "sqlserver",
      "clickhouse",
      "couchdb",
      "cockroachdb",
      "nats",
    ],
  ].flat(),
);

/** Passwords that a URL carries before its host: `postgres://app:…@db/app`. */
export function urlPasswordsIn(text: string): FoundSecret[] {
  const found: FoundSecret[] = [];
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    const from = at + 3;
    const end = endOfRun(authority, text, from, mostCharacters);
    const whole = text.slice(from, end);
    const host = whole.lastIndexOf("@");
    const colon = whole.indexOf(":");
    if (host === -1 || colon === -1 || colon > host || host + 1 === whole.length) continue;
    const [user, password] = [whole.slice(0, colon), whole.slice(colon + 1, host)];
    if (password.length < 4 || password === user || isPlaceholder(password)) continue;
    const kind = databases.has(schemeBefore(text, at)) ? "database password" : "password in a URL";
    const start = from + colon + 1;
    const preview = previewOf(password);
    found.push({ kind, start, end: from + host, preview, isCertain: true });
  }
  return found;
}

function schemeBefore(text: string, at: number): string {
  let start = at;
  while (at - start < 20 && isIn(scheme, text, start - 1)) start--;
  // Such as `jdbc:` is no part of it.
  return isIn(sets.letters, text, start) ? text.slice(start, at).toLowerCase() : "";
}
