import { type Destination, isSame, type Rule, type Standing } from "../../api/replication.ts";
import { replication as words } from "../../messages/replication.ts";

export function nameOf({ region, registryId }: Destination): string {
  return `${region}/${registryId}`;
}

export type Condition = "current" | "waiting" | "failed" | "former";

/** The worst that is to be said of a destination. */
export function conditionOf({ isConfigured, waitingImages, failedImages }: Standing): Condition {
  if (failedImages > 0) return "failed";
  if (waitingImages > 0) return "waiting";
  return isConfigured ? "current" : "former";
}

export function conditionText(standing: Standing): string {
  const { waitingImages, failedImages } = standing;
  switch (conditionOf(standing)) {
    case "failed":
      return words.states.failed(failedImages);
    case "waiting":
      return words.states.waiting(waitingImages);
    case "current":
      return words.states.current;
    case "former":
      return words.states.former;
  }
}

/** How names of repositories begin that rules copy to a destination; `undefined` where none does. */
export function prefixesOf(
  destination: Destination,
  rules: readonly Rule[],
): readonly string[] | undefined {
  const meant = rules.filter(({ destinations }) =>
    destinations.some((each) => isSame(each, destination)),
  );
  if (meant.length === 0) return undefined;
  if (meant.some(({ prefixes }) => prefixes.length === 0)) return [];
  return meant.flatMap(({ prefixes }) => prefixes);
}

/** Which repositories rules copy to a destination. */
export function filtersOf(destination: Destination, rules: readonly Rule[]): string {
  const prefixes = prefixesOf(destination, rules);
  if (prefixes === undefined) return "–";
  return prefixes.length === 0 ? words.everything : prefixes.map(words.startingWith).join(", ");
}
