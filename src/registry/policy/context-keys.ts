import type { PolicyDocument, Statement } from "./policy-document.ts";

/**
 * The condition keys that policies ask for, in conditions and as variables, each once as it is first
 * written. Source: IAM API, GetContextKeysForCustomPolicy.
 */
export function contextKeys(documents: readonly PolicyDocument[]): string[] {
  const keys = new Map<string, string>();
  for (const { version, statements } of documents) {
    for (const statement of statements) {
      const found = statement.conditions.map(({ key }) => key);
      // In the older version what looks like a variable is text.
      if (version !== "2008-10-17") found.push(...variablesIn(statement));
      for (const key of found) {
        if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
      }
    }
  }
  return [...keys.values()];
}

function variablesIn({ resource, conditions }: Statement): string[] {
  const texts = [...(resource?.patterns ?? []), ...conditions.flatMap(({ values }) => values)];
  return texts.flatMap((text) =>
    // `${*}`, `${?}` and `${$}` are characters. Behind a comma stands what to take in a key's stead.
    [...text.matchAll(/\$\{([^},*?$]+)(?:,[^}]*)?\}/g)].map(([, key = ""]) => key.trim()),
  );
}
