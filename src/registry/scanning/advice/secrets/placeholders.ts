/** What stands where a secret will be, as whole value. */
const standIns = new Set(
  [
    ["", "null", "nil", "none", "undefined", "true", "false", "yes", "no", "default", "empty"],
    ["password", "passwd", "secret", "token", "apikey", "api_key", "pass", "key", "credentials"],
    ["admin", "root", "user", "username", "guest", "postgres", "postgresql", "mysql", "mariadb"],
    ["mongo", "mongodb", "redis", "rabbitmq", "minio", "minioadmin", "rootpassword", "letmein"],
    ["test", "testing", "test123", "password123", "secret123", "admin123", "12345678", "123456789"],
    ["1234567890", "qwerty123", "passw0rd", "p@ssw0rd", "disabled", "enabled", "required"],
    ["x-oauth-basic", "x-access-token", "oauth2", "changeit", "build", "dev", "development"],
  ].flat(),
);

/** Words that nobody has in a real one. */
const tellingParts = [
  ["changeme", "change-me", "change_me", "change this", "changethis", "change_this", "replace"],
  ["example", "placeholder", "dummy", "redacted", "todo", "fixme", "insert", "notreal", "not-real"],
  ["your-", "your_", "yourpassword", "yoursecret", "yourtoken", "my-secret", "mysecret", "fake"],
  ["xxxx", "****", "....", "sample", "supersecret", "not-a-secret", "notasecret", "unused"],
].flat();

/** What is put in later: by the shell, by a template, by hand. */
const expansions = ["${", "$(", "{{", "}}", "<%", "%(", "`", "[hidden]"];

/**
 * Whether a value only stands for a secret: it is empty, a reference to a variable or to a file, a well-known
 * word, or one that says so.
 */
export function isPlaceholder(value: string): boolean {
  // Longer ones are not looked at any further: nobody writes so long a stand-in.
  const text = value.slice(0, 200).trim();
  const lower = text.toLowerCase();
  if (standIns.has(lower)) return true;
  if (/^[$%@][A-Za-z_]/.test(text) || text.startsWith("$")) return true;
  if (text.startsWith("<") && text.endsWith(">")) return true;
  if (text.startsWith("[") && text.endsWith("]")) return true;
  if (expansions.some((part) => text.includes(part))) return true;
  if (isReference(text)) return true;
  return new Set(text).size < 4 || tellingParts.some((part) => lower.includes(part));
}

/** A path, or an address without a password in it, tells where the secret is. */
function isReference(text: string): boolean {
  if (/^(\.{0,2}|~)\//.test(text) && text.includes("/", 1)) return true;
  return /^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(text) || /^(arn|vault|op|file|env|ssm):/i.test(text);
}

/** Shannon's entropy of a text's characters, in bits for each; all that are not ASCII count as 64 kinds. */
export function entropyOf(text: string): number {
  const counts = new Uint16Array(192);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    counts[code < 128 ? code : 128 + (code % 64)]! += 1;
  }
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  }
  return bits;
}
