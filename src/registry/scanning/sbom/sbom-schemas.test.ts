/** What is written, held against the schemas that CycloneDX and SPDX publish. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Ajv, type AnySchema, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { InstalledPackage } from "../image-inventory.ts";
import type { SbomSubject } from "./sbom-subject.ts";
import { writeCycloneDx } from "./write-cyclonedx.ts";
import { writeSpdx } from "./write-spdx.ts";

const directory = new URL("../../../../test/data/sbom-schemas/", import.meta.url);
const schema = (name: string): AnySchema =>
  JSON.parse(gunzipSync(readFileSync(new URL(`${name}.schema.json.gz`, directory))).toString());

/** Words that only describe are no errors; of formats that no library checks any text is one. */
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
for (const format of ["idn-email", "string"]) ajv.addFormat(format, true);
ajv.addFormat("iri-reference", (text) => !/[\s<>"{}|\\^`]/.test(text));
for (const name of ["spdx", "jsf-0.82"]) ajv.addSchema(schema(name));
const cycloneDx14 = ajv.compile(schema("bom-1.4"));
const cycloneDx16 = ajv.compile(schema("bom-1.6"));
const spdx23 = ajv.compile(schema("spdx-2.3"));

function faultsOf(validate: ValidateFunction, text: string): readonly string[] {
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

const types = [
  ...["apk", "bitnami", "cargo", "composer", "conda", "deb", "gem", "golang", "maven", "npm"],
  ...["nuget", "pypi", "rpm"],
] as const;

const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const digest = `sha256:${"ab".repeat(32)}`;
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const anyPackage: fc.Arbitrary<InstalledPackage> = fc
  .record({
    type: fc.constantFrom(...types),
    name: words,
    version: words,
    namespace: maybe(words),
    architecture: maybe(fc.constantFrom("amd64", "noarch")),
    licenses: maybe(
      fc.array(fc.oneof(words, fc.constantFrom("MIT", "Apache-2.0 OR MIT", "GPL-2+", "")), {
        maxLength: 3,
      }),
    ),
    source: maybe(fc.record({ name: words, version: words })),
    inside: maybe(words),
    path: words,
    isSystemOwned: fc.boolean(),
  })
  .map(
    (facts) =>
      ({
        ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
        ...{ analyzer: "test", layerDiffId: digest },
      }) as unknown as InstalledPackage,
  );

const anySubject: fc.Arbitrary<SbomSubject> = fc
  .record({
    packages: fc.array(anyPackage, { maxLength: 6 }),
    label: words,
    distribution: maybe(fc.record({ id: words, versionId: words, name: words })),
    os: fc.constantFrom("linux", ""),
  })
  .map(({ packages, label, distribution, os }) => ({
    ...{ name: "registry.example.com/team/app:v1", digest, os, architecture: "amd64" },
    labels: new Map([["org.opencontainers.image.source", label]]),
    inventory: {
      ...(distribution && { distribution }),
      ...{ packages, unread: [{ path: label, analyzer: "java", reason: "is no zip" }] },
    },
    ...{ writtenAt: 1_700_000_000_999, toolVersion: "1.2.3" },
  }));

it.each([
  ["CycloneDX 1.4", cycloneDx14, (subject: SbomSubject) => writeCycloneDx(subject, "1.4")],
  ["CycloneDX 1.6", cycloneDx16, (subject: SbomSubject) => writeCycloneDx(subject, "1.6")],
  ["SPDX 2.3", spdx23, writeSpdx],
] as const)(
  "%s is written as its schema has it, whatever is in the image",
  (_, validate, write) => {
    fc.assert(
      fc.property(anySubject, (subject) => {
        expect(faultsOf(validate, write(subject))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  },
);

it("would find what is not as the schema has it", () => {
  const broken = (text: string, change: object) =>
    JSON.stringify({ ...JSON.parse(text), ...change });
  const [subject] = fc.sample(anySubject, { numRuns: 1, seed: 1 });
  const cycloneDx = writeCycloneDx(subject!, "1.6");
  expect(faultsOf(cycloneDx16, broken(cycloneDx, { serialNumber: "1" }))).toHaveLength(1);
  expect(faultsOf(cycloneDx16, broken(cycloneDx, { components: [{ name: "a" }] }))).not.toEqual([]);
  expect(faultsOf(spdx23, broken(writeSpdx(subject!), { SPDXID: undefined }))).not.toEqual([]);
});
