import type { MetadataReads } from "../../../ports/metadata-store.ts";
import {
  type Deployment,
  registryAddress,
  registryHost,
  registryOfHost,
} from "../../deployment.ts";
import {
  isRepositoryName,
  isTag,
  type Registry,
  type RepositoryName,
  type Tag,
} from "../../names.ts";
import { mirroredName } from "../../pull-through-cache/mirrored-name.ts";
import { tagOf } from "../../scanning/advice/base-image.ts";

/** A repository of this deployment, and the tag that was named; absent where none was. */
export interface BasePlace {
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly tag: Tag | undefined;
}

/**
 * Where the image of that name is here: in a registry of this deployment, or in a repository that is a
 * cache of the one that is named. `undefined` where it is neither.
 * @param registry that of the image which was built on it: its rules of the cache count
 * @param written `debian:12`, `localhost:5050/base/debian:12`; without digest
 */
export async function basePlace(
  metadata: Pick<MetadataReads, "cacheRules">,
  deployment: Deployment,
  registry: Registry,
  written: string,
): Promise<BasePlace | undefined> {
  const tagged = tagOf(written);
  const whole = tagged === undefined ? written : written.slice(0, -tagged.length - 1);
  const { host, path } = splitName(whole);
  const tag = tagged !== undefined && isTag(tagged) ? tagged : undefined;
  const own = registryHere(deployment, registry, host);
  if (own !== undefined) {
    return isRepositoryName(path) ? { registry: own, name: path, tag } : undefined;
  }
  const name = await mirroredName(metadata, registry, host, path);
  return name && { registry, name, tag };
}

/** As clients read names: without a host it is Docker Hub's, where what has no slash is in `library`. */
function splitName(whole: string): { readonly host: string; readonly path: string } {
  const slash = whole.indexOf("/");
  const first = slash === -1 ? "" : whole.slice(0, slash);
  if (first.includes(".") || first.includes(":") || first === "localhost") {
    const path = whole.slice(slash + 1);
    const isShort = first === "docker.io" && !path.includes("/");
    return { host: first, path: isShort ? `library/${path}` : path };
  }
  return { host: "docker.io", path: slash === -1 ? `library/${whole}` : whole };
}

function registryHere(deployment: Deployment, own: Registry, host: string): Registry | undefined {
  const standard: Registry = { account: deployment.account, region: deployment.region };
  for (const registry of [own, standard]) {
    if (host === registryAddress(deployment, registry)) return registry;
  }
  const named = registryOfHost(deployment, host);
  const isItself = named && registryHost(deployment, named) === host.replace(/:\d+$/, "");
  return isItself ? named : undefined;
}
