import type { YamlValue } from "../yaml-text.ts";

/** What a chart says of itself: the fields of `Chart.yaml`, as Helm keeps them in an artifact's config. */
export interface ChartFields {
  readonly [name: string]: YamlValue;
  readonly name: string;
  readonly version: string;
}

const bounds = {
  nameCharacters: 250,
  textCharacters: 4_096,
  /** Of a list, or a map. */
  members: 100,
} as const;

const texts = ["apiVersion", "appVersion", "description", "home", "icon", "kubeVersion", "type"];
const dependencyTexts = ["alias", "condition", "name", "repository", "version"];
const name = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Source: Semantic Versioning 2, of which Helm also takes a leading `v` and shorter ones. */
const version = /^v?\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/**
 * The fields that are told in an index of charts; `undefined` for what is no chart. What a publisher
 * wrote is taken field by field: what is unknown, of another type or too long is left out.
 * Source: Helm, "The Chart.yaml File".
 */
export function parseChart(config: Uint8Array): ChartFields | undefined {
  const said = objectOf(parsed(config));
  if (said === undefined) return undefined;
  const [called, numbered] = [textOf(said.name), textOf(said.version)];
  if (called === undefined || called.length > bounds.nameCharacters || !name.test(called)) {
    return undefined;
  }
  if (numbered === undefined || numbered.length > bounds.nameCharacters) return undefined;
  if (!version.test(numbered)) return undefined;
  return {
    ...textsOf(said, texts),
    ...(typeof said.deprecated === "boolean" && { deprecated: said.deprecated }),
    ...listOf("keywords", said.keywords, textOf),
    ...listOf("sources", said.sources, textOf),
    ...listOf("maintainers", said.maintainers, (each) => fields(each, ["email", "name", "url"])),
    ...listOf("dependencies", said.dependencies, (each) => {
      const of = objectOf(each);
      return of && { ...textsOf(of, dependencyTexts), ...listOf("tags", of.tags, textOf) };
    }),
    ...annotationsOf(said.annotations),
    ...{ name: called, version: numbered },
  };
}

function parsed(config: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(config).toString("utf8"));
  } catch {
    return undefined; // Whoever pushed it may have pushed anything.
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

function textOf(value: unknown): string | undefined {
  const isText = typeof value === "string" && value.length <= bounds.textCharacters;
  return isText && value !== "" ? value : undefined;
}

function textsOf(said: Readonly<Record<string, unknown>>, names: readonly string[]) {
  const found = names.flatMap((each): [string, string][] => {
    const value = textOf(said[each]);
    return value === undefined ? [] : [[each, value]];
  });
  return Object.fromEntries(found);
}

function fields(value: unknown, names: readonly string[]): Record<string, string> | undefined {
  const said = objectOf(value);
  return said && textsOf(said, names);
}

function listOf(
  called: string,
  value: unknown,
  read: (each: unknown) => YamlValue | undefined,
): Record<string, readonly YamlValue[]> {
  if (!Array.isArray(value)) return {};
  const found = value.slice(0, bounds.members).flatMap((each) => read(each) ?? []);
  return found.length === 0 ? {} : { [called]: found };
}

function annotationsOf(value: unknown): { readonly annotations?: Record<string, string> } {
  const said = objectOf(value);
  if (said === undefined) return {};
  const names = Object.keys(said).slice(0, bounds.members);
  const annotations = textsOf(
    said,
    names.filter((each) => each.length <= bounds.textCharacters),
  );
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}
