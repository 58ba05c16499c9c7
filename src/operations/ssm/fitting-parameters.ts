import type { PageRequest } from "../../ports/page-request.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../../registry/names.ts";
import type { Parameter } from "../../registry/parameters/parameter.ts";
import { type Fits, pathPrefix } from "../../registry/parameters/parameter-filters.ts";
import { parameterLimits } from "../../registry/parameters/parameter-limits.ts";

/**
 * Of the parameters below a path, or of all, a page of those that fit, by name. A registry has at most
 * `parameterLimits.standardParameters`, which are looked at some at a time.
 */
export async function fittingParameters(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  { path, fits }: { readonly path?: string | undefined; readonly fits: Fits },
  { after, limit }: PageRequest<string>,
): Promise<Parameter[]> {
  const prefix = path === undefined || path === "/" ? undefined : pathPrefix(path);
  const found: Parameter[] = [];
  let from = after;
  for (;;) {
    const page = { after: from, limit: parameterLimits.scanned, prefix };
    const some = await metadata.parameters.list(registry, page);
    found.push(...some.filter(fits));
    from = some.at(-1)?.name;
    if (some.length < parameterLimits.scanned || found.length >= limit) {
      return found.slice(0, limit);
    }
  }
}
