import type { Ports } from "../../ports/ports.ts";
import type { ImagePlace } from "../../ports/scan-store.ts";
import { isRegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import type { Digest, Registry } from "../names.ts";
import { isRepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isTold } from "../scanning/closed-finding.ts";
import { findingArn, type ImageFinding, imagePrefix } from "../scanning/image-finding.ts";
import type { ImageScan } from "../scanning/image-scan.ts";
import { packageMark, SketchQuestion, vulnerabilityMark } from "../scanning/name-sketch.ts";
import { isOfNow } from "../scanning/request-scan.ts";
import { foundIn } from "../scanning/scan-image.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import { enhancedSeverity, severities } from "../scanning/severity/severity.ts";
import { withSteadySuppressions } from "../scanning/steady-suppressions.ts";
import { suppressionIn } from "../scanning/weighed-finding.ts";
import {
  type FindingCriteria,
  isStatusWanted,
  passesTexts,
  type TextTest,
} from "./finding-criteria.ts";
import type { FindingStatus } from "./finding-status.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { InspectorSight } from "./inspector-sight.ts";
import {
  type FindingSubject,
  type LookInside,
  lookInside,
  partsFor,
  passesFinding,
  passesImage,
  type RegistryFinding,
  subjectOf,
} from "./registry-finding.ts";

/** One step of a walk. */
export interface WalkStep {
  /** Where the next walk may begin. */
  readonly place: ImagePlace;
  /** What is meant of an image, by id; none where the image was passed over. */
  readonly findings: readonly RegistryFinding[];
  /** Whether a document was opened for it. */
  readonly isOpened: boolean;
}

/** Where a walk begins, if not at the beginning. */
export interface WalkOptions {
  /** Not before this image. */
  readonly from?: ImagePlace | undefined;
  /** After this image. */
  readonly after?: ImagePlace | undefined;
}

/**
 * Looks through what scans of a registry found, one image after the other, in the order of their keys.
 * There is no table of findings (ADR-0051): what the row of a scan, the sketch of the names in it, its
 * image and its repository tell is asked first, and only then is a document opened. Images that can not be pulled, whose scan is not of
 * now, or whose key may not be used have no findings; nor has a registry without enhanced scanning.
 */
export async function* walkFindings(
  ports: Ports,
  registry: Registry,
  criteria: FindingCriteria,
  { from, after }: WalkOptions = {},
): AsyncGenerator<WalkStep> {
  const { type } = await scanningConfiguration(ports, registry);
  if (type !== "ENHANCED") return;
  const steady = withSteadySuppressions(ports);
  const repositories = new LastRepository(ports);
  const questions = questionsOf(ports, registry, criteria);
  const limit = inspectorLimits.scansPerRead;
  let place = from === undefined ? after : beforePlace(from);
  for (;;) {
    const page = { ...(place && { after: place }), limit };
    const scans = await ports.metadata.scans.ofRegistry(registry, "ENHANCED", page);
    for (const { scan, findingNames } of scans) {
      const isMaybe = questions.every((question) => question.isMaybeIn(findingNames));
      const found = isMaybe
        ? await findingsOfScan(steady, repositories, scan, criteria)
        : undefined;
      place = { repositoryId: scan.repository.id, digest: scan.digest };
      yield { place, findings: found ?? [], isOpened: found !== undefined };
    }
    if (scans.length < limit) return;
  }
}

/** What sketches are asked: an image has to have one name of each. Only whole names can be asked for. */
function questionsOf(
  ports: Pick<Ports, "keys">,
  registry: Registry,
  { vulnerabilityId, relatedVulnerabilities, vulnerablePackages }: FindingCriteria,
): SketchQuestion[] {
  const packages = vulnerablePackages?.map(({ name }) => name);
  const asked = [
    wholeTexts(vulnerabilityId?.filter(isWanting))?.map(vulnerabilityMark),
    wholeTexts(relatedVulnerabilities?.filter(isWanting))?.map(vulnerabilityMark),
    // One of these is enough, whatever it says.
    wholeTexts(packages)?.map(packageMark),
  ];
  return asked
    .filter((marks) => marks !== undefined)
    .map((marks) => new SketchQuestion(ports, registry, marks));
}

/** What does not want something rules out, and asks for nothing. */
function isWanting({ comparison }: TextTest): boolean {
  return comparison !== "NOT_EQUALS";
}

/** The texts of which one has to be there; `undefined` where another one may do. */
function wholeTexts(tests: readonly (TextTest | undefined)[] | undefined): string[] | undefined {
  if (tests === undefined || tests.length === 0) return undefined;
  const texts = tests.flatMap((test) => (test?.comparison === "EQUALS" ? [test.value] : []));
  return texts.length === tests.length ? texts : undefined;
}

/** A place that nothing is at, right before this one. */
function beforePlace({ repositoryId, digest }: ImagePlace): ImagePlace {
  return { repositoryId, digest: digest.slice(0, -1) as Digest };
}

/** `undefined` where nothing had to be opened. */
async function findingsOfScan(
  ports: Ports,
  repositories: LastRepository,
  scan: ImageScan,
  criteria: FindingCriteria,
): Promise<readonly RegistryFinding[] | undefined> {
  if (!passesScan(criteria, scan)) return undefined;
  const repository = await repositories.find(scan);
  if (repository === undefined || !passesNames(criteria, repository, scan)) return undefined;
  const image = await ports.metadata.images.find(repository, scan.digest);
  if (image?.state !== "ACTIVE" || !isOfNow(scan, image)) return undefined;
  const inside = lookInside(ports, repository, image);
  try {
    const subject = await subjectOf(ports, repository, image, partsFor(criteria), inside);
    if (!passesImage(criteria, subject)) return undefined;
    return await findingsIn(ports, subject, scan, criteria, inside);
  } catch (error) {
    // Whose key may not be used now tells nothing.
    if (!isRegistryError(error, "Kms")) throw error;
    return [];
  }
}

async function findingsIn(
  ports: Ports,
  subject: FindingSubject,
  scan: ImageScan,
  criteria: FindingCriteria,
  inside: LookInside,
): Promise<RegistryFinding[]> {
  const { repository, image } = subject;
  const { findings, closed } = await foundIn(ports, repository, image, scan);
  const now = ports.clock.now();
  const passes = (finding: ImageFinding, status: FindingStatus) =>
    passesFinding(criteria, subject, finding, status);
  const told = closed
    .filter((finding) => isTold(finding.closedAt, now) && passes(finding, "CLOSED"))
    .map((finding): RegistryFinding => ({ subject, finding, status: "CLOSED" }));
  const open = findings.filter((each) => passes(each, "ACTIVE") || passes(each, "SUPPRESSED"));
  const judged = open.length === 0 ? [] : await judgedIn(ports, subject, open, inside);
  return [...judged.filter(({ finding, status }) => passes(finding, status)), ...told].sort(
    (one, other) => (one.finding.id < other.finding.id ? -1 : 1),
  );
}

/** With what suppresses them, which may take another look into the image. */
async function judgedIn(
  ports: Ports,
  subject: FindingSubject,
  findings: readonly ImageFinding[],
  inside: LookInside,
): Promise<RegistryFinding[]> {
  const { repository, image } = subject;
  const suppressionOf = await suppressionIn(ports, repository, image, await inside());
  return findings.map((finding) => ({
    ...{ subject, finding },
    status: suppressionOf(finding) === undefined ? "ACTIVE" : "SUPPRESSED",
  }));
}

/** Whether the row alone does not rule out that something is meant. */
function passesScan(criteria: FindingCriteria, scan: ImageScan): boolean {
  if (scan.endedAt === undefined || !passesTexts(criteria.ecrImageHash, scan.digest)) return false;
  const { account } = scan.repository.registry;
  if (!passesTexts(criteria.awsAccountId, account)) return false;
  if (!isNamed(criteria.findingArn, scan)) return false;
  // Counts are of what was found; what is no more is in the document.
  if (isStatusWanted(criteria, "CLOSED")) return true;
  return severities.some(
    (severity) =>
      (scan.counts[severity] ?? 0) > 0 &&
      passesTexts(criteria.severity, enhancedSeverity(severity)),
  );
}

/** Whether one of the findings that are named by ARN can be the image's. */
function isNamed(tests: FindingCriteria["findingArn"], scan: ImageScan): boolean {
  const wanted = tests?.filter(({ comparison }) => comparison === "EQUALS") ?? [];
  if (wanted.length === 0 || wanted.length !== tests?.length) return true;
  const beginning = findingArn(scan.repository, imagePrefix(scan));
  return wanted.some(({ value }) => value.startsWith(beginning));
}

function passesNames(criteria: FindingCriteria, repository: Repository, scan: ImageScan): boolean {
  return (
    passesTexts(criteria.ecrImageRepositoryName, repository.name) &&
    passesTexts(criteria.ecrImageRegistry, scan.repository.registry.account)
  );
}

/** Scans come repository by repository: the last one is remembered. */
class LastRepository {
  readonly #ports: Ports;
  readonly #sight: InspectorSight;
  #id: string | undefined;
  #last: Repository | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#sight = new InspectorSight(ports);
  }

  /** Nothing where it lies in the trash, or whoever asks is not told of it. */
  async find({ repository }: Pick<Image, "repository">): Promise<Repository | undefined> {
    if (repository.id !== this.#id) {
      const found = await this.#ports.metadata.repositories.findById(repository);
      const isThere = found !== undefined && isRepositoryName(found.name);
      this.#last = isThere && (await this.#sight.sees(found)) ? found : undefined;
      this.#id = repository.id;
    }
    return this.#last;
  }
}
