import type { Ports } from "../../ports/ports.ts";
import { RepositorySight } from "../policy/repository-sight.ts";
import type { Repository } from "../repositories/repository.ts";

const action = "ecr:DescribeImageScanFindings";

/**
 * Which repositories somebody is told of by Inspector, whose rights know none: all of the registry, but
 * those of which a policy says that he may not read the findings. Nothing is hidden from the deployment's
 * own work.
 */
export class InspectorSight {
  // Differs from Inspector: there a denial of ECR's hides nothing.
  readonly #sight: RepositorySight | undefined;

  constructor(ports: Ports) {
    this.#sight = ports.onBehalfOf && new RepositorySight(ports, ports.onBehalfOf);
  }

  async sees(repository: Pick<Repository, "registry" | "name">): Promise<boolean> {
    return this.#sight === undefined || !(await this.#sight.isDenied(action, repository));
  }
}
