import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { findingArn } from "../scanning/image-finding.ts";
import type { RegistryFinding } from "./registry-finding.ts";
import { walkFindings } from "./walk-findings.ts";

/** Findings of a registry by their ARNs; those that are not there are missing. Opens no other images. */
export async function findFindings(
  ports: Ports,
  registry: Registry,
  arns: readonly string[],
): Promise<ReadonlyMap<string, RegistryFinding>> {
  const wanted = new Set(arns);
  const found = new Map<string, RegistryFinding>();
  const tests = [...wanted].map((value) => ({ comparison: "EQUALS" as const, value }));
  for await (const { findings } of walkFindings(ports, registry, { findingArn: tests })) {
    for (const each of findings)
      found.set(findingArn(each.subject.repository, each.finding.id), each);
    if (found.size === wanted.size) break;
  }
  return found;
}
