import type { Found } from "./api/inspect.ts";
import { shortDigest } from "./components/values.tsx";
import { messages } from "./messages.ts";
import type { PaletteAction } from "./palette-actions.ts";
import { recentPlaces } from "./recent-places.ts";
import type { places as allPlaces } from "./routes.tsx";

const words = messages.palette;

/** One line of the palette: it leads to a place, or does something. */
export interface Hit extends PaletteAction {
  readonly group: string;
}

interface Here {
  readonly places: typeof allPlaces;
  readonly actions: readonly PaletteAction[];
  readonly text: string;
}

/** What the console itself has under a text; under none, where somebody was and what can be done. */
export function hitsHere({ places, actions, text }: Here): Hit[] {
  const word = text.trim().toLowerCase();
  const has = (hit: { readonly text: string }) => hit.text.toLowerCase().includes(word);
  const pages = places.flatMap(({ path, navigation }) =>
    navigation === undefined ? [] : [{ group: words.page, text: navigation.text, to: path }],
  );
  return [
    ...recentPlaces()
      .filter(has)
      .map((place) => ({ group: words.recent, ...place })),
    ...(word === "" ? [] : pages.filter(has)),
    ...actions.filter(has).map((action) => ({ group: words.action, ...action })),
  ];
}

/** As distributions and languages name them: `openssl`, `@scope/name`, `group:artifact`. */
const packageShape = /^[@\w][\w.+:/-]+$/;

/** What was found in a package of that name: no index has parts of their names, so it is asked for there. */
export function packageHit(text: string): Hit[] {
  const name = text.trim();
  if (!packageShape.test(name)) return [];
  const to = `/security?${new URLSearchParams({ package: name })}`;
  return [{ group: words.package, text: words.findingsIn(name), to }];
}

/** What the registry has, of what the person may see. */
export function hitsOf({ repositories, tags, images, findings }: Found): Hit[] {
  return [
    ...repositories.items.map(({ repositoryName: name }) => ({
      ...{ group: words.repository, text: name, to: `/r/${name}/-/images` },
    })),
    ...tags.items.map(({ repositoryName: name, imageTag, imageDigest }) => ({
      ...{ group: words.tag, text: `${name}:${imageTag}`, to: `/r/${name}/-/i/${imageDigest}` },
    })),
    ...images.items.map(({ repositoryName: name, imageDigest: digest }) => ({
      ...{ group: words.image, to: `/r/${name}/-/i/${digest}` },
      text: `${name}@${shortDigest(digest)}`,
    })),
    ...findings.items.map(({ vulnerabilityId, severity, repositoryName: name, imageDigest }) => ({
      ...{ group: severity.toLowerCase(), text: `${vulnerabilityId} – ${name}` },
      to: `/r/${name}/-/i/${imageDigest}?tab=findings`,
    })),
  ];
}
