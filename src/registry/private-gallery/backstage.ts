import { createHash } from "node:crypto";
import { type Deployment, repositoryUri } from "../deployment.ts";
import { type YamlValue, yamlText } from "../yaml-text.ts";
import type { GalleryEntry } from "./entry.ts";
import type { ToldVersion } from "./told-versions.ts";

const prefix = "entrepot";
/** Source: Backstage, "Descriptor Format of Catalog Entities": names, tags and keys of annotations. */
const nameCharacters = 63;
const entityType = "container-image";

/**
 * An entry as entities of Backstage's catalogue, documents of one `catalog-info.yaml`: a `Component` for
 * the repository, and a `Resource` for each image that is approved for an environment.
 */
export function backstageEntities(
  deployment: Deployment,
  entry: GalleryEntry,
  versions: readonly ToldVersion[],
): string {
  const { registry } = entry.repository;
  const uri = repositoryUri(deployment, registry, entry.name);
  const name = entityName(`${registry.account}/${entry.name}`, entry.name);
  const owner = entityName(entry.owner, entry.owner);
  const annotations = {
    [`${prefix}/account`]: registry.account,
    [`${prefix}/region`]: registry.region,
    [`${prefix}/repository`]: entry.name,
    [`${prefix}/repository-uri`]: uri,
    [`${prefix}/owner`]: entry.owner,
    ...(entry.contact === undefined ? {} : { [`${prefix}/contact`]: entry.contact }),
    ...fieldAnnotations(entry),
  };
  const component: YamlValue = {
    ...{ apiVersion: "backstage.io/v1alpha1", kind: "Component" },
    metadata: {
      ...{ name, title: entry.title, description: entry.purpose, annotations },
      ...(entry.categories.length === 0 ? {} : { tags: entry.categories.map(tagOf) }),
      ...(entry.documentation === undefined
        ? {}
        : { links: [{ url: entry.documentation, title: "Documentation" }] }),
    },
    spec: { type: entityType, lifecycle: lifecycleOf(versions), owner },
  };
  const resources = versions.flatMap((version) =>
    resourcesOf(version, { entry, uri, name, owner }),
  );
  return [component, ...resources].map((each) => `---\n${yamlText(each)}`).join("");
}

function fieldAnnotations({ fields }: GalleryEntry): Record<string, string> {
  const told = Object.entries(fields).map(([name, value]) => {
    return [`${prefix}/field.${cut(plain(name), nameCharacters - 6)}`, String(value)] as const;
  });
  return Object.fromEntries(told);
}

function resourcesOf(
  { version, state, approved }: ToldVersion,
  of: {
    readonly entry: GalleryEntry;
    readonly uri: string;
    readonly name: string;
    readonly owner: string;
  },
): YamlValue[] {
  const { entry, uri, name, owner } = of;
  return approved.map(({ environment, digest, until }) => {
    const whole = `${name}/${version.version}/${environment}`;
    return {
      ...{ apiVersion: "backstage.io/v1alpha1", kind: "Resource" },
      metadata: {
        name: entityName(whole, `${environment}-${version.version}-${entry.name}`),
        title: `${entry.title} ${version.version} for ${environment}`,
        annotations: {
          [`${prefix}/image`]: `${uri}@${digest}`,
          [`${prefix}/image-digest`]: digest,
          [`${prefix}/environment`]: environment,
          [`${prefix}/version`]: version.version,
          [`${prefix}/version-state`]: state,
          [`${prefix}/approved-until`]: new Date(until).toISOString(),
        },
      },
      spec: { type: entityType, owner, dependencyOf: [`component:default/${name}`] },
    };
  });
}

/** What can be run somewhere is in production; what has versions and none that is meant to be used is old. */
function lifecycleOf(versions: readonly ToldVersion[]): string {
  if (versions.some(({ state }) => state === "APPROVED")) return "production";
  const isOld = ({ state }: ToldVersion) => state === "DEPRECATED" || state === "WITHDRAWN";
  return versions.length > 0 && versions.every(isOld) ? "deprecated" : "experimental";
}

/** Letters and digits with single separators between them. */
function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.]+/g, "-").replaceAll(/^[-_.]+|[-_.]+$/g, "");
}

function cut(text: string, characters: number): string {
  return text.slice(0, characters).replace(/[-_.]+$/, "");
}

/**
 * A name that an entity may have. Where it is not the text itself, it ends in a hash of `whole`, so that
 * no two are the same.
 */
function entityName(whole: string, text: string): string {
  const name = cut(plain(text), nameCharacters);
  if (name === text && whole === text) return name;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  return [cut(plain(text), nameCharacters - hash.length - 1), hash].filter(Boolean).join("-");
}

/** Source: the same: lower case, `[a-z0-9+#]` with `-` between. */
function tagOf(category: string): string {
  return cut(category.toLowerCase().replaceAll(/[^a-z0-9+#]+/g, "-"), nameCharacters);
}
