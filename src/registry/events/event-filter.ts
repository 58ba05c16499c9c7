import { isRepositoryName, type RepositoryName } from "../names.ts";
import { envelopeOf, type RegistryEvent } from "./event.ts";
import { compileEventPattern } from "./event-pattern.ts";

/** What somebody wants to see; whatever is not said may be anything. */
export interface WantedEvents {
  readonly repository?: RepositoryName | undefined;
  /** `ECR Image Action` */
  readonly detailType?: string | undefined;
  /** The text of an event pattern. */
  readonly pattern?: string | undefined;
}

export type EventFilter = (event: RegistryEvent) => boolean;

/** @throws InvalidEventPattern */
export function eventFilter({ repository, detailType, pattern }: WantedEvents): EventFilter {
  const compiled = pattern === undefined ? undefined : compileEventPattern(pattern);
  return (event) =>
    (detailType === undefined || event.detailType === detailType) &&
    (repository === undefined || repositoryOf(event) === repository) &&
    (compiled === undefined || compiled.matches(envelopeOf(event)));
}

/**
 * The repository that an event of the registry's own is about. What users put says nothing of one, and
 * what came from another bus is about a repository there.
 */
export function repositoryOf({
  source,
  detail,
  passed,
}: RegistryEvent): RepositoryName | undefined {
  if (passed !== undefined) return undefined;
  if (source !== "aws.ecr" && source !== "entrepot") return undefined;
  const name = detail["repository-name"];
  return typeof name === "string" && isRepositoryName(name) ? name : undefined;
}
