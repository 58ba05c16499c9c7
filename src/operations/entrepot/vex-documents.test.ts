import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  digestOf,
  imageManifest,
  ociIndex,
  ociManifest,
} from "../../../test/support/ecr.ts";
import { type TestStatement, userWith } from "../../../test/support/identity.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { describeImageScanFindings } from "../ecr/describe-image-scan-findings.ts";
import { listImageReferrers } from "../ecr/list-image-referrers.ts";
import { putImage } from "../ecr/put-image.ts";
import { attachImageSbom } from "./attach-image-sbom.ts";
import { deleteVexDocument } from "./delete-vex-document.ts";
import { getImageSbom } from "./get-image-sbom.ts";
import { getVexPolicy } from "./get-vex-policy.ts";
import { importVexDocument } from "./import-vex-document.ts";
import { listEvents } from "./list-events.ts";
import { listImageFindings } from "./list-image-findings.ts";
import { listVexDocuments } from "./list-vex-documents.ts";
import { putVexPolicy } from "./put-vex-policy.ts";

const app = "team/app";
const root = callerOf(account);
let scanned: ScannedRegistry;
let imageDigest: string;
let users = 0;

beforeAll(async () => {
  scanned = await ScannedRegistry.open(app, "team/other");
  imageDigest = await scanned.push(app, "v1", [debianLayer, lodashLayer]);
  await scanned.settle();
});
afterAll(() => scanned.close());

const empty = Buffer.from("{}");
const emptyType = "application/vnd.oci.empty.v1+json";
const openVexType = "application/vnd.openvex+json";

const openVex = (...statements: object[]) => ({
  "@context": "https://openvex.dev/ns/v0.2.0",
  ...{
    "@id": "https://example.com/1",
    author: "Team",
    timestamp: "2023-01-02T03:04:05Z",
    version: 1,
  },
  statements,
});
const notAffected = (name: string, products: string[], more: object = {}) => ({
  ...{ vulnerability: { name }, products: products.map((id) => ({ "@id": id })) },
  ...{ status: "not_affected", justification: "vulnerable_code_not_present", ...more },
});
const lodash = "pkg:npm/lodash@4.17.20";
const lodashVex = openVex(notAffected("GHSA-35jh-r3h4-6jhm", [lodash]));

/** A document as the layer of a manifest that is about the subject. */
async function attach(
  document: unknown,
  { type = openVexType, subject = imageDigest, by = root, to = app, name = "" } = {},
): Promise<string> {
  const content = Buffer.from(typeof document === "string" ? document : JSON.stringify(document));
  const { registry } = scanned;
  for (const each of [empty, content]) await scanned.pushLayer(to, each);
  const size = (await registry.manifestText(to, subject)).length;
  const manifest = {
    ...{ schemaVersion: 2, mediaType: ociManifest, artifactType: type },
    config: { mediaType: emptyType, digest: digestOf(empty), size: empty.length },
    layers: [{ mediaType: type, digest: digestOf(content), size: content.length }],
    subject: { mediaType: ociManifest, digest: subject, size },
    annotations: { name },
  };
  return put(manifest, by, to);
}
async function put(manifest: object, by: Caller, repositoryName = app): Promise<string> {
  const input = { repositoryName, imageManifest: JSON.stringify(manifest) };
  const { image } = await scanned.registry.ask(putImage, input, by);
  return image?.imageId?.imageDigest ?? "";
}
const remove = (digest: string, repositoryName = app) =>
  scanned.registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: digest }] });
const suppressed = async (digest = imageDigest, repositoryName = app) => {
  const input = { repositoryName, imageId: { imageDigest: digest }, suppressed: true };
  const { findings } = await scanned.registry.ask(listImageFindings, input);
  return findings.map(
    ({ vulnerabilityId, suppression }) => `${vulnerabilityId} ${suppression?.id}`,
  );
};
const user = (...statements: TestStatement[]) =>
  userWith(scanned.opened.ports, { account, name: `v${++users}` }, ...statements);
const pusher = () => user({ Effect: "Allow", Action: "ecr:*", Resource: "*" });
const importer = (resource: string) =>
  user({
    ...{ Effect: "Allow", Action: ["ecr:*", "entrepot:*VexDocument"] },
    Resource: `arn:aws:ecr:us-east-1:${account}:repository/${resource}`,
  });
const bring = (document: unknown, more: object = {}, by = root) =>
  scanned.registry.ask(
    importVexDocument,
    {
      ...{ documentName: "doc", repositoryFilter: app },
      ...{ document: typeof document === "string" ? document : JSON.stringify(document), ...more },
    },
    by,
  );
const letGo = (documentName = "doc", by = root) =>
  scanned.registry.ask(deleteVexDocument, { documentName }, by);

describe("An imported VEX document", () => {
  it("suppresses what it says is none, in its repositories, until it is let go of", async () => {
    const { document } = await bring(lodashVex);
    expect(document).toMatchObject({
      ...{ documentName: "doc", repositoryFilter: app, format: "OPENVEX", statementCount: 1 },
      ...{ authors: ["Team"], importedBy: `arn:aws:iam::${account}:root` },
    });
    const input = { repositoryName: app, imageId: { imageDigest } };
    const { findings } = await scanned.registry.ask(listImageFindings, input);
    expect(findings[1]?.suppression).toEqual({
      ...{ kind: "VEX", id: "doc" },
      reason: "Team: not affected, vulnerable_code_not_present",
    });
    const { imageScanFindings } = await scanned.registry.ask(describeImageScanFindings, input);
    expect(imageScanFindings?.enhancedFindings?.map((each) => each.status)).toEqual([
      ...["ACTIVE", "SUPPRESSED"],
    ]);
    await bring(lodashVex, { repositoryFilter: "team/o*" });
    expect(await suppressed()).toEqual([]);
    const { documents } = await scanned.registry.ask(listVexDocuments, {});
    expect(documents.map((each) => each.repositoryFilter)).toEqual(["team/o*"]);
    const none = await scanned.registry.ask(listVexDocuments, { repositoryName: app });
    expect(none.documents).toEqual([]);
    await letGo();
    await expect(letGo()).rejects.toMatchObject({ kind: "ResourceNotFound" });
  });

  it("is held against package and image by what these are, not by what they are called", async () => {
    const image = (digest: string, name = "other") =>
      `pkg:oci/${name}@${digest}?repository_url=x.io/y`;
    const says = async (...statements: object[]) => {
      await bring(openVex(...statements));
      return (await suppressed()).length;
    };
    expect(await says(notAffected("CVE-2021-23337", [image(imageDigest)]))).toBe(1);
    expect(await says(notAffected("CVE-2021-23337", [image(digestOf("x"))]))).toBe(0);
    expect(await says(notAffected("CVE-2021-23337", ["pkg:oci/app?repository_url=x.io/y"]))).toBe(
      0,
    );
    expect(await says(notAffected("CVE-2021-23337", ["pkg:npm/lodash"]))).toBe(1);
    expect(await says(notAffected("CVE-2021-23337", ["pkg:npm/lodash@4.17.19"]))).toBe(0);
    const part = (id: string) => ({
      products: [{ "@id": image(imageDigest), subcomponents: [{ "@id": id }] }],
    });
    expect(await says(notAffected("CVE-2021-23337", [], part("pkg:npm/lodash")))).toBe(1);
    expect(await says(notAffected("CVE-2021-23337", [], part("pkg:npm/other")))).toBe(0);
    const debian = "pkg:deb/debian/openssl@3.0.9-1?distro=debian-12";
    expect(await says(notAffected("CVE-2023-1111", [debian]))).toBe(1);
    // The latest counts, and one of a time to come does not yet.
    const later = { timestamp: "2023-06-01T00:00:00Z" };
    const affected = { status: "affected", justification: undefined, ...later };
    const both = notAffected("CVE-2021-23337", [lodash]);
    expect(await says(both, { ...both, ...affected })).toBe(0);
    expect(await says(both, { ...both, ...affected, timestamp: "2022-01-01T00:00:00Z" })).toBe(1);
    expect(
      await says(notAffected("CVE-2021-23337", [lodash], { timestamp: "2999-01-01T00:00:00Z" })),
    ).toBe(0);
    await letGo();
  });

  it("is refused where it is none, is too large, or is not for the caller to bring", async () => {
    const deep = `${'{"a":'.repeat(200)}1${"}".repeat(200)}`;
    const before = await scanned.registry.dump();
    for (const wrong of [
      ...["", "no JSON", "[]", "{}", deep, JSON.stringify({ bomFormat: "CycloneDX" })],
      JSON.stringify({ ...lodashVex, author: undefined }),
      JSON.stringify(openVex({ ...notAffected("CVE-1", [lodash]), justification: "because" })),
      `${" ".repeat(1024 * 1024)}{}`,
    ]) {
      await expect(bring(wrong)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    expect(await scanned.registry.dump()).toBe(before);
    const denied = { kind: "AccessDenied" };
    await expect(bring(lodashVex, {}, await pusher())).rejects.toMatchObject(denied);
    const own = await importer(app);
    await bring(lodashVex, {}, own);
    for (const repositoryFilter of ["team/*", "team/other"]) {
      await expect(bring(lodashVex, { repositoryFilter }, own)).rejects.toMatchObject(denied);
    }
    await expect(letGo("doc", await pusher())).rejects.toMatchObject(denied);
    await letGo("doc", own);
  });
});

const cycloneDx = (metadata: object, affects: object[]) => ({
  ...{ bomFormat: "CycloneDX", specVersion: "1.6" },
  metadata: { timestamp: "2023-01-02T03:04:05Z", authors: [{ name: "Team" }], ...metadata },
  components: [{ type: "library", name: "lodash", "bom-ref": "l", purl: lodash }],
  vulnerabilities: [
    {
      ...{ id: "CVE-2021-23337", affects },
      analysis: { state: "not_affected", justification: "code_not_reachable" },
    },
  ],
});

describe("A CycloneDX document", () => {
  it("suppresses what it says is none: imported, or as the bill of materials of an image", async () => {
    const { document } = await bring(cycloneDx({}, [{ ref: "l" }]));
    expect(document).toMatchObject({ format: "CYCLONEDX", statementCount: 1, authors: ["Team"] });
    expect(await suppressed()).toEqual(["CVE-2021-23337 doc"]);
    // Of some other image, whichever that is, an import says nothing here.
    await bring(cycloneDx({ component: { type: "container", name: "app" } }, [{ ref: "l" }]));
    expect(await suppressed()).toEqual([]);
    await letGo();
    const bom = cycloneDx({ component: { type: "container", name: "app" } }, [{ ref: "l" }]);
    const type = "application/vnd.cyclonedx+json";
    const attached = await attach(bom, { type, name: "bom" });
    expect(await suppressed()).toEqual([`CVE-2021-23337 ${attached}`]);
    await remove(attached);
    const silent = { ...bom, vulnerabilities: [] };
    const saysNothing = await attach(silent, { type, name: "bom" });
    expect(await suppressed()).toEqual([]);
    await remove(saysNothing);
  });
});

describe("An attached VEX document", () => {
  it("counts if who pushed it might have imported it, or as the registry says", async () => {
    const policy = async (attachedDocuments: string) => {
      await scanned.registry.ask(putVexPolicy, { attachedDocuments });
      return suppressed();
    };
    expect(await scanned.registry.ask(getVexPolicy, {})).toEqual({ attachedDocuments: "VOUCHED" });
    const byPusher = await attach(lodashVex, { by: await pusher(), name: "1" });
    const elsewhere = await attach(lodashVex, { by: await importer(app), to: app, name: "2" });
    expect(await suppressed()).toEqual([`CVE-2021-23337 ${elsewhere}`]);
    await remove(elsewhere);
    expect(await suppressed()).toEqual([]);
    expect(await policy("ALL")).toEqual([`CVE-2021-23337 ${byPusher}`]);
    expect(await policy("NONE")).toEqual([]);
    expect(await policy("VOUCHED")).toEqual([]);
    // Deleted and pushed by another, it is that one's word.
    await attach(lodashVex, { by: await pusher(), name: "2" });
    expect(await suppressed()).toEqual([]);
    await remove(byPusher);
  });

  it("is about the image that it is attached to, or that its attestation names", async () => {
    const bare = openVex(notAffected("CVE-2021-23337", ["pkg:oci/whatever"]));
    const vex = await attach(bare, { name: "bare" });
    expect(await suppressed()).toEqual([`CVE-2021-23337 ${vex}`]);
    const other = await scanned.push(app, "v2", [debianLayer, lodashLayer]);
    await scanned.settle();
    expect(await suppressed(other)).toEqual([]);
    await remove(vex);
    // Who may push alone lists an attestation of another image beside this one.
    const attestation = (digest: string) => ({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "x", digest: { sha256: digest.slice("sha256:".length) } }],
      predicateType: "https://openvex.dev/ns/v0.2.0",
      predicate: bare,
    });
    const listed = async (about: string, digest: string) => {
      const attested = await attestationManifest(attestation(about));
      const ofImage = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": digest,
      };
      const child = async (of: string, annotations?: object) => ({
        ...{ mediaType: ociManifest, digest: of, annotations },
        size: (await scanned.registry.manifestText(app, of)).length,
      });
      const manifests = [await child(digest), await child(attested, ofImage)];
      await put({ schemaVersion: 2, mediaType: ociIndex, manifests }, await pusher());
      return attested;
    };
    await listed(other, imageDigest);
    expect(await suppressed()).toEqual([]);
    expect(await suppressed(other)).toEqual([]);
    const attested = await listed(other, other);
    expect(await suppressed(other)).toEqual([`CVE-2021-23337 ${attested}`]);
  });

  it("is nothing where it is not what it says, and breaks nothing", async () => {
    const hostile = [
      "{",
      `${"[".repeat(5000)}`,
      JSON.stringify({ "@context": "https://openvex.dev/ns/v0.2.0" }),
      JSON.stringify(openVex({ ...notAffected("CVE-2021-23337", [lodash]), status: "fine" })),
      JSON.stringify({ _type: "https://in-toto.io/Statement/v1", predicate: "x" }),
      " ".repeat(1024 * 1024 + 1),
    ];
    const attached = [];
    for (const document of hostile) attached.push(await attach(document));
    expect(await suppressed()).toEqual([]);
    for (const digest of attached) await remove(digest);
  });
});

/** An attestation as BuildKit makes it: an image without a file system. */
async function attestationManifest(statement: object): Promise<string> {
  const content = Buffer.from(JSON.stringify(statement));
  const config = Buffer.from(
    JSON.stringify({ architecture: "unknown", os: "unknown", of: statement }),
  );
  for (const each of [config, content]) await scanned.pushLayer(app, each);
  const manifest = imageManifest(config, content);
  const layers = manifest.layers.map((layer) => ({
    ...layer,
    mediaType: "application/vnd.in-toto+json",
  }));
  const digest = digestOf(JSON.stringify({ ...manifest, layers }));
  if (!attestations.has(digest)) await put({ ...manifest, layers }, root);
  attestations.add(digest);
  return digest;
}
const attestations = new Set<string>();

describe("An attached bill of materials", () => {
  const cycloneDx = (...purls: string[]) => ({
    ...{ bomFormat: "CycloneDX", specVersion: "1.6" },
    components: purls.map((purl) => ({ type: "library", name: "x", purl })),
  });
  const ids = async (digest: string) => {
    await scanned.settle();
    const input = { repositoryName: app, imageId: { imageDigest: digest } };
    const { findings } = await scanned.registry.ask(listImageFindings, input);
    return findings.map(({ vulnerabilityId }) => vulnerabilityId);
  };

  it("tells of kinds of package of which layers tell nothing, and of no others", async () => {
    const digest = await scanned.push(app, "v3", [debianLayer]);
    expect(await ids(digest)).toEqual(["CVE-2023-1111"]);
    const type = "application/vnd.cyclonedx+json";
    const clean = cycloneDx("pkg:deb/debian/openssl@3.0.11-1?distro=debian-12", lodash);
    const sbom = await attach(clean, { type, subject: digest });
    expect(await ids(digest)).toEqual(["CVE-2023-1111", "CVE-2021-23337"]);
    const image = { repositoryName: app, imageId: { imageDigest: digest } };
    const told = await scanned.registry.ask(getImageSbom, image);
    expect(told.sbom).toContain('"attached-sbom"');
    expect(told.sbom).toContain(sbom);
    expect(told.sbom).not.toContain("3.0.11-1");
    const { imageScanStatus } = await scanned.registry.ask(describeImageScanFindings, image);
    expect(imageScanStatus?.description).toContain(
      "1 package is known by attached bills of materials alone.",
    );
    // Suppressed as any other, and gone with it.
    await bring(lodashVex);
    expect(await suppressed(digest)).toEqual(["CVE-2021-23337 doc"]);
    await letGo();
    const broken = await attach(cycloneDx("pkg:npm/a%0Ab@1.0.0"), { type, subject: digest });
    await scanned.settle();
    const after = await scanned.registry.ask(describeImageScanFindings, image);
    expect(after.imageScanStatus?.description).toContain(`${broken} could not be read`);
    scanned.registry.keepTrash(7);
    for (const each of [broken, sbom]) await remove(each);
    scanned.registry.keepTrash(0);
    expect(await ids(digest)).toEqual(["CVE-2023-1111"]);
  });

  it("is attached by the registry itself, once, by whoever may push", async () => {
    const image = { repositoryName: app, imageId: { imageDigest } };
    const attachOwn = (more: object = {}, by = root) =>
      scanned.registry.ask(attachImageSbom, { ...image, ...more }, by);
    const first = await attachOwn();
    expect(first).toMatchObject({ created: true, artifactType: "application/vnd.cyclonedx+json" });
    scanned.registry.clock.advance(1000);
    expect(await attachOwn()).toEqual({ ...first, created: false });
    const spdx = await attachOwn({ format: "SPDX_2_3" });
    expect(spdx).toMatchObject({ created: true, artifactType: "application/spdx+json" });
    const { referrers } = await scanned.registry.ask(listImageReferrers, {
      ...{ repositoryName: app, subjectId: { imageDigest } },
      filter: { artifactTypes: ["application/vnd.cyclonedx+json", "application/spdx+json"] },
    });
    expect(referrers?.map((each) => each.digest).sort()).toEqual(
      [first.sbomDigest, spdx.sbomDigest].sort(),
    );
    await scanned.settle();
    const { events } = await scanned.registry.ask(listEvents, {
      detailType: "ECR Referrer Action",
    });
    expect(JSON.stringify(events)).toContain(first.sbomDigest);
    // It tells of nothing that layers do not tell of.
    expect(await ids(imageDigest)).toHaveLength(2);
    const reader = await user({ Effect: "Allow", Action: "entrepot:*", Resource: "*" });
    await expect(attachOwn({}, reader)).rejects.toMatchObject({ kind: "AccessDenied" });
    const manifest = JSON.parse(await scanned.registry.manifestText(app, first.sbomDigest));
    expect(manifest).toMatchObject({ subject: { digest: imageDigest } });
    for (const { sbomDigest } of [first, spdx]) await remove(sbomDigest);
  });

  it("is read of an attestation in an index as well", async () => {
    const digest = await scanned.push(app, "v4", [debianLayer]);
    expect(await ids(digest)).toEqual(["CVE-2023-1111"]);
    const spdx = {
      spdxVersion: "SPDX-2.3",
      packages: [
        {
          ...{ name: "lodash", versionInfo: "4.17.20" },
          externalRefs: [{ referenceType: "purl", referenceLocator: lodash }],
        },
      ],
    };
    const attested = await attestationManifest({
      ...{ _type: "https://in-toto.io/Statement/v0.1", predicateType: "https://spdx.dev/Document" },
      ...{ subject: [], predicate: spdx },
    });
    const manifests = await Promise.all(
      [digest, attested].map(async (of) => ({
        ...{ mediaType: ociManifest, digest: of },
        size: (await scanned.registry.manifestText(app, of)).length,
        ...(of === attested && {
          annotations: {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": digest,
          },
        }),
      })),
    );
    await put({ schemaVersion: 2, mediaType: ociIndex, manifests }, root);
    expect(await ids(digest)).toEqual(["CVE-2023-1111", "CVE-2021-23337"]);
  });
});
