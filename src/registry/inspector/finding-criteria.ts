import type { ImageFinding } from "../scanning/image-finding.ts";
import type { FindingStatus } from "./finding-status.ts";

/** A text that is wanted, or is not. */
export interface TextTest {
  readonly comparison: "EQUALS" | "NOT_EQUALS" | "PREFIX";
  readonly value: string;
}

/** Both ends count. */
export interface NumberTest {
  readonly lowerInclusive?: number | undefined;
  readonly upperInclusive?: number | undefined;
}

/** Seconds since the epoch, as they travel. Both ends count. */
export interface TimeTest {
  readonly startInclusive?: number | undefined;
  readonly endInclusive?: number | undefined;
}

/** Without a value: has a tag of that key. */
export interface TagTest {
  readonly comparison: "EQUALS";
  readonly key: string;
  readonly value?: string | undefined;
}

/** All that is said has to be true of one place of a package. */
export interface PackageTest {
  readonly name?: TextTest | undefined;
  readonly version?: TextTest | undefined;
  readonly release?: TextTest | undefined;
  readonly architecture?: TextTest | undefined;
  readonly epoch?: NumberTest | undefined;
  readonly filePath?: TextTest | undefined;
  readonly sourceLayerHash?: TextTest | undefined;
}

type Tests<Test> = readonly Test[] | undefined;

/**
 * Which findings are meant: those that pass every criterion. A criterion is passed by one of the tests
 * that want something, and by each that does not. Kept as it was asked, so that it is told so.
 * Source: Inspector API, FilterCriteria: what can be about images of a registry.
 */
export interface FindingCriteria {
  readonly findingArn?: Tests<TextTest>;
  readonly awsAccountId?: Tests<TextTest>;
  readonly findingType?: Tests<TextTest>;
  readonly findingStatus?: Tests<TextTest>;
  readonly severity?: Tests<TextTest>;
  readonly title?: Tests<TextTest>;
  readonly firstObservedAt?: Tests<TimeTest>;
  readonly lastObservedAt?: Tests<TimeTest>;
  readonly updatedAt?: Tests<TimeTest>;
  readonly inspectorScore?: Tests<NumberTest>;
  readonly epssScore?: Tests<NumberTest>;
  readonly vulnerabilityId?: Tests<TextTest>;
  readonly vulnerabilitySource?: Tests<TextTest>;
  readonly vendorSeverity?: Tests<TextTest>;
  readonly relatedVulnerabilities?: Tests<TextTest>;
  readonly vulnerablePackages?: Tests<PackageTest>;
  readonly fixAvailable?: Tests<TextTest>;
  readonly exploitAvailable?: Tests<TextTest>;
  readonly resourceType?: Tests<TextTest>;
  readonly resourceId?: Tests<TextTest>;
  readonly resourceTags?: Tests<TagTest>;
  readonly ecrImageArchitecture?: Tests<TextTest>;
  readonly ecrImageHash?: Tests<TextTest>;
  readonly ecrImagePushedAt?: Tests<TimeTest>;
  readonly ecrImageRegistry?: Tests<TextTest>;
  readonly ecrImageRepositoryName?: Tests<TextTest>;
  readonly ecrImageTags?: Tests<TextTest>;
  readonly ecrImageLastInUseAt?: Tests<TimeTest>;
  readonly ecrImageInUseCount?: Tests<NumberTest>;
}

/** Whether something with these values passes; several where it has a list of them. Linear in their lengths. */
export function passesTexts(
  tests: readonly TextTest[] | undefined,
  ...values: readonly (string | undefined)[]
): boolean {
  if (tests === undefined || tests.length === 0) return true;
  let isWanted: boolean | undefined;
  for (const { comparison, value: wanted } of tests) {
    if (comparison === "NOT_EQUALS") {
      if (values.includes(wanted)) return false;
      continue;
    }
    const passes =
      comparison === "EQUALS"
        ? values.includes(wanted)
        : values.some((value) => value?.startsWith(wanted));
    isWanted = isWanted === true || passes;
  }
  return isWanted ?? true;
}

/** What has no number is in no range. */
export function passesNumbers(
  tests: readonly NumberTest[] | undefined,
  value: number | undefined,
): boolean {
  if (tests === undefined || tests.length === 0) return true;
  return tests.some((test) => inRange(value, test.lowerInclusive, test.upperInclusive));
}

/** @param at milliseconds since the epoch */
export function passesTimes(
  tests: readonly TimeTest[] | undefined,
  at: number | undefined,
): boolean {
  if (tests === undefined || tests.length === 0) return true;
  const seconds = at === undefined ? undefined : at / 1000;
  return tests.some((test) => inRange(seconds, test.startInclusive, test.endInclusive));
}

function inRange(
  value: number | undefined,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): boolean {
  return value !== undefined && value >= from && value <= to;
}

export function passesTags(
  tests: readonly TagTest[] | undefined,
  tags: ReadonlyMap<string, string>,
): boolean {
  if (tests === undefined || tests.length === 0) return true;
  return tests.some(({ key, value }) =>
    value === undefined ? tags.has(key) : tags.get(key) === value,
  );
}

/** Whether one of the tests is true of one of the places where the package is. */
export function passesPackages(
  tests: readonly PackageTest[] | undefined,
  { package: of }: ImageFinding,
): boolean {
  if (tests === undefined || tests.length === 0) return true;
  return tests.some(
    (test) =>
      passesTexts(listed(test.name), of.name) &&
      passesTexts(listed(test.version), of.upstreamVersion) &&
      passesTexts(listed(test.release), of.release) &&
      passesTexts(listed(test.architecture), of.architecture?.toUpperCase()) &&
      passesNumbers(listed(test.epoch), of.epoch) &&
      of.places.some(
        (place) =>
          passesTexts(listed(test.filePath), place.path) &&
          passesTexts(listed(test.sourceLayerHash), place.layerDiffId),
      ),
  );
}

function listed<Test>(test: Test | undefined): readonly Test[] | undefined {
  return test === undefined ? undefined : [test];
}

/** Whether findings of that status are among what is meant. */
export function isStatusWanted(
  { findingStatus }: Pick<FindingCriteria, "findingStatus">,
  status: FindingStatus,
): boolean {
  return passesTexts(findingStatus, status);
}
