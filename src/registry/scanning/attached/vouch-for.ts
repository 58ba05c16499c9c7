import type { Ports } from "../../../ports/ports.ts";
import type { ImageReference } from "../../images/image.ts";
import { authorize, repositoryAsResource } from "../../policy/authorize.ts";
import { RequestContext } from "../../policy/request-context.ts";
import type { Repository } from "../../repositories/repository.ts";
import { mayHoldVex } from "./attached-types.ts";

/** What somebody must be allowed in a repository so that VEX documents that he pushes there count. */
const action = "entrepot:ImportVexDocument";

/**
 * The ARN of whoever pushes a manifest, where that may bring a VEX document and he might as well have
 * imported it. Asked for no other manifest.
 */
export async function voucherOf(
  ports: Ports,
  { registry, name }: Repository,
  manifest: {
    readonly artifactType: string | undefined;
    readonly references: readonly ImageReference[];
  },
): Promise<string | undefined> {
  const caller = ports.onBehalfOf;
  if (caller === undefined || !mayHoldVex(manifest.artifactType, manifest.references)) return;
  const { principal } = caller;
  const context = new RequestContext(caller, ports.clock.now());
  const resource = repositoryAsResource(registry, name);
  const { allowed } = await authorize(ports, principal, action, resource, context);
  return allowed ? principal.arn : undefined;
}
