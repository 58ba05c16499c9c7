import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { authorize, repositoryAsResource } from "../../registry/policy/authorize.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import type { Sight } from "../../registry/search/base/newer-base.ts";

/** What a caller may be told of the repositories of base images: what ECR's own operations would tell of them. */
export function baseSight(ports: Ports, caller: Caller): Sight {
  const context = new RequestContext(caller, ports.clock.now());
  const may = async (action: string, { registry, name }: Repository) => {
    const resource = repositoryAsResource(registry, name);
    return (await authorize(ports, caller.principal, action, resource, context)).allowed;
  };
  return {
    images: (repository) => may("ecr:DescribeImages", repository),
    findings: (repository) => may("ecr:DescribeImageScanFindings", repository),
  };
}
