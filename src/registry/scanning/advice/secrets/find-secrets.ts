import { adviceLimits } from "../advice-limits.ts";
import type { FoundSecret } from "./found-secret.ts";
import { namedValuesIn } from "./named-values.ts";
import { privateKeysIn } from "./private-keys.ts";
import { tokensIn } from "./token-formats.ts";
import { urlPasswordsIn } from "./url-passwords.ts";
import { webTokensIn } from "./web-tokens.ts";

/**
 * Secrets in a text, in its order, none inside of another; at most `secretsPerText`. What has the form of one
 * is told as that; what only has a telling name must also look secret. Takes time in proportion to the text.
 */
export function findSecrets(text: string): FoundSecret[] {
  return nonOverlapping(text).slice(0, adviceLimits.secretsPerText);
}

/** The text with what is secret in it left out, for people to read. */
export function hideSecrets(text: string): string {
  const secrets = nonOverlapping(text);
  if (secrets.length === 0) return text;
  let shown = "";
  let at = 0;
  for (const { start, end } of secrets) {
    shown += `${text.slice(at, start)}[hidden]`;
    at = end;
  }
  return shown + text.slice(at);
}

function nonOverlapping(text: string): FoundSecret[] {
  const all = [
    ...privateKeysIn(text),
    ...tokensIn(text),
    ...webTokensIn(text),
    ...urlPasswordsIn(text),
    ...namedValuesIn(text),
  ];
  // Sorting is stable: of two that begin together, the surer one comes first.
  const sorted = all.sort((a, b) => a.start - b.start);
  const kept: FoundSecret[] = [];
  for (const secret of sorted) {
    const before = kept.at(-1);
    if (before === undefined || secret.start >= before.end) kept.push(secret);
    else if (!before.isCertain && secret.isCertain) {
      // The value as a whole is hidden, and told as what is in it.
      const { start, name } = before;
      const end = Math.max(before.end, secret.end);
      kept[kept.length - 1] = { ...secret, start, end, ...(name !== undefined && { name }) };
    } else {
      const name = before.name ?? secret.name;
      const end = Math.max(before.end, secret.end);
      kept[kept.length - 1] = { ...before, end, ...(name !== undefined && { name }) };
    }
  }
  return kept;
}
