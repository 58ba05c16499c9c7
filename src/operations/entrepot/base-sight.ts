import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import type { Sight } from "../../registry/search/base/newer-base.ts";

/** What a caller may be told of the repositories of base images: what ECR's own operations would tell of them. */
export function baseSight(ports: Ports, caller: Caller): Sight {
  const sight = new RepositorySight(ports, caller);
  return {
    images: (repository) => sight.may("ecr:DescribeImages", repository),
    findings: (repository) => sight.may("ecr:DescribeImageScanFindings", repository),
  };
}
