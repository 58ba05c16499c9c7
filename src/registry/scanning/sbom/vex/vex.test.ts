import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePackageUrl } from "../../package-url.ts";
import { matchesUrl, statementFor } from "./match-vex.ts";
import { readCsafVex } from "./read-csaf-vex.ts";
import { readCycloneDxVex } from "./read-cyclonedx-vex.ts";
import { readOpenVex } from "./read-openvex.ts";
import type { VexStatement } from "./vex-statement.ts";

const url = (text: string) => parsePackageUrl(text)!;
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const refused = expect.objectContaining({ name: "FileRefused" });
const image = "pkg:oci/app@sha256:1?repository_url=registry.local/app";
const openssl = "pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12";

const openVex = (...statements: object[]) => ({
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://example.com/vex/1",
  author: "Team",
  timestamp: "2024-01-02T03:04:05Z",
  version: 1,
  statements,
});
const statement = (change: object = {}) => ({
  vulnerability: { name: "CVE-2024-1", aliases: ["GHSA-1"] },
  products: [{ "@id": image, subcomponents: [{ "@id": "pkg:deb/debian/openssl" }] }],
  status: "not_affected",
  justification: "vulnerable_code_not_present",
  ...change,
});

describe("readOpenVex", () => {
  it("reads statements with all their names, parts and times", () => {
    const read = readOpenVex(
      bytes(
        openVex(
          statement(),
          statement({
            timestamp: "2024-02-01T00:00:00+01:00",
            status: "affected",
            justification: undefined,
            action_statement: "update",
            products: [{ "@id": "https://x", identifiers: { purl: image } }, { "@id": "no url" }],
          }),
        ),
      ),
    );
    expect(read).toEqual([
      {
        vulnerabilities: ["CVE-2024-1", "GHSA-1"],
        products: [{ whole: url(image), part: url("pkg:deb/debian/openssl") }],
        status: "not_affected",
        justification: "vulnerable_code_not_present",
        timestamp: Date.UTC(2024, 0, 2, 3, 4, 5),
        author: "Team",
      },
      {
        vulnerabilities: ["CVE-2024-1", "GHSA-1"],
        products: [{ whole: url(image) }],
        status: "affected",
        impact: "update",
        timestamp: Date.UTC(2024, 0, 31, 23),
        author: "Team",
      },
    ]);
  });

  it("does not take a part that it cannot tell for the whole", () => {
    const products = [{ "@id": image, subcomponents: [{ "@id": "libfoo" }] }];
    expect(readOpenVex(bytes(openVex(statement({ products }))))[0]!.products).toEqual([]);
  });

  it.each([
    ["another version", { ...openVex(), "@context": "https://openvex.dev/ns/v9" }],
    ["no author", { ...openVex(), author: undefined }],
    ["a time that is none", { ...openVex(), timestamp: "yesterday" }],
    ["a status that there is not", openVex(statement({ status: "fine" }))],
    ["a reason that there is not", openVex(statement({ justification: "trust_me" }))],
    ["not_affected without reason", openVex(statement({ justification: undefined }))],
    ["no vulnerability", openVex(statement({ vulnerability: {} }))],
    ["products that are no list", openVex(statement({ products: "all" }))],
  ])("refuses %s", (_, document) => {
    expect(() => readOpenVex(bytes(document))).toThrow(refused);
  });
});

const csaf = (change: object = {}, tree: object = {}) => ({
  document: {
    category: "csaf_vex",
    csaf_version: "2.0",
    publisher: { name: "Vendor" },
    tracking: { current_release_date: "2024-03-01T00:00:00Z" },
  },
  product_tree: {
    branches: [
      {
        category: "vendor",
        branches: [
          { product: { product_id: "OS", name: "x" } },
          { product: { product_id: "IMG", product_identification_helper: { purl: image } } },
          { product: { product_id: "SSL", product_identification_helper: { purls: [openssl] } } },
          {
            product: {
              product_id: "ANY",
              product_identification_helper: { purl: "pkg:deb/debian/openssl" },
            },
          },
        ],
      },
    ],
    relationships: [
      ["OS", "SSL"],
      ["IMG", "SSL"],
      ["OS", "ANY"],
    ].map(([whole, part]) => ({
      category: "default_component_of",
      full_product_name: { product_id: `${whole}:${part}` },
      product_reference: part,
      relates_to_product_reference: whole,
    })),
    product_groups: [{ group_id: "G", product_ids: ["OS:SSL", "IMG:SSL"] }],
    ...tree,
  },
  vulnerabilities: [
    {
      cve: "CVE-2024-1",
      product_status: { known_not_affected: ["OS:SSL", "IMG:SSL"], fixed: ["SSL"] },
      flags: [{ label: "component_not_present", group_ids: ["G"] }],
      ...change,
    },
  ],
});

describe("readCsafVex", () => {
  it("reads a statement for each status and reason, with products through relationships", () => {
    const common = {
      vulnerabilities: ["CVE-2024-1"],
      timestamp: Date.UTC(2024, 2, 1),
      author: "Vendor",
    };
    const read = readCsafVex(bytes(csaf())).sort((a, b) => (a.status < b.status ? -1 : 1));
    expect(read).toEqual([
      { ...common, status: "fixed", products: [{ whole: url(openssl) }] },
      {
        ...common,
        status: "not_affected",
        justification: "component_not_present",
        products: [{ part: url(openssl) }, { whole: url(image), part: url(openssl) }],
      },
    ]);
  });

  it("does not say of every package what holds in one product that it cannot tell", () => {
    const change = {
      product_status: { known_not_affected: ["OS:ANY"] },
      flags: [],
      threats: [{ category: "impact", details: "not built in", product_ids: ["OS:ANY"] }],
    };
    expect(readCsafVex(bytes(csaf(change)))).toMatchObject([
      { products: [], impact: "not built in" },
    ]);
  });

  it.each([
    [
      "an advisory",
      { ...csaf(), document: { ...csaf().document, category: "csaf_security_advisory" } },
    ],
    ["CSAF 1", { ...csaf(), document: { ...csaf().document, csaf_version: "1.2" } }],
    ["no product tree", { ...csaf(), product_tree: undefined }],
    ["known_not_affected without reason", csaf({ flags: [] })],
    ["a flag that there is not", csaf({ flags: [{ label: "trust_me", group_ids: ["G"] }] })],
    ["a vulnerability without a name", csaf({ cve: undefined })],
    ["branches that are no list", csaf({}, { branches: 1 })],
  ])("refuses %s", (_, document) => {
    expect(() => readCsafVex(bytes(document))).toThrow(refused);
  });
});

describe("matchesUrl", () => {
  it.each([
    ["pkg:deb/debian/openssl", true],
    ["pkg:deb/debian/openssl@3.0.11-1", true],
    ["pkg:deb/debian/openssl@3.0.11-1?distro=debian-12", true],
    ["pkg:DEB/Debian/OpenSSL@3.0.11-1", true],
    ["pkg:deb/debian/openssl@3.0.11-2", false],
    ["pkg:deb/debian/openssl?distro=debian-11", false],
    ["pkg:deb/debian/openssl?epoch=1", false],
    ["pkg:deb/ubuntu/openssl", false],
    ["pkg:deb/openssl", false],
    ["pkg:apk/debian/openssl", false],
    ["pkg:deb/debian/openssl#sub", false],
  ])("says of %s: %s", (wanted, matches) => {
    expect(matchesUrl(url(wanted), url(openssl))).toBe(matches);
  });
});

describe("statementFor", () => {
  const said = (change: Partial<VexStatement>): VexStatement => ({
    vulnerabilities: ["CVE-2024-1"],
    products: [{ whole: url(openssl) }],
    status: "not_affected",
    timestamp: 1,
    author: "x",
    ...change,
  });
  const subject = {
    vulnerabilities: new Set(["CVE-2024-1", "GHSA-1"]),
    package: url(openssl),
    images: [url(image)],
  };
  const holds = (...statements: VexStatement[]) => statementFor(statements, subject)?.status;

  it("finds what is about the package, the image, or the package in the image", () => {
    const other = url("pkg:oci/other");
    expect(holds(said({}))).toBe("not_affected");
    expect(holds(said({ vulnerabilities: ["GHSA-1"] }))).toBe("not_affected");
    expect(holds(said({ products: [{ whole: url(image) }] }))).toBe("not_affected");
    expect(holds(said({ products: [{ whole: url(image), part: url(openssl) }] }))).toBe(
      "not_affected",
    );
    expect(holds(said({ products: [{ part: url(openssl) }] }))).toBe("not_affected");
    expect(holds(said({ products: [{ whole: other, part: url(openssl) }] }))).toBeUndefined();
    expect(holds(said({ products: [{ whole: url(image), part: other }] }))).toBeUndefined();
    expect(holds(said({ vulnerabilities: ["CVE-2024-2"] }))).toBeUndefined();
    expect(holds(said({ products: [] }))).toBeUndefined();
  });

  it("goes by the latest, and at one time by the one that leaves the finding open", () => {
    expect(holds(said({ timestamp: 5 }), said({ timestamp: 3, status: "affected" }))).toBe(
      "not_affected",
    );
    const both = [said({}), said({ status: "under_investigation" })];
    expect([holds(...both), holds(...both.reverse())]).toEqual([
      "under_investigation",
      "under_investigation",
    ]);
  });
});

describe("both readers", () => {
  it("read or refuse whatever JSON is in a document", () => {
    const json = fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as object);
    fc.assert(
      fc.property(json, json, json, (a, b, c) => {
        const vex = openVex(
          statement({ products: a, vulnerability: b }),
          statement({ timestamp: c }),
        );
        const trees = [
          csaf({ product_status: a, flags: b }),
          csaf({ ids: c }, { relationships: a, branches: b }),
        ];
        for (const read of [
          () => readOpenVex(bytes(vex)),
          ...trees.map((tree) => () => readCsafVex(bytes(tree))),
        ]) {
          try {
            read();
          } catch (error) {
            expect(error).toMatchObject({ name: "FileRefused" });
          }
        }
      }),
    );
  });
});

const cycloneDx = (vulnerabilities: object[], change: object = {}) => ({
  ...{ bomFormat: "CycloneDX", specVersion: "1.6" },
  metadata: { timestamp: "2024-01-02T03:04:05Z", authors: [{ name: "Team" }] },
  components: [
    {
      ...{ "bom-ref": "a", name: "openssl", purl: "pkg:deb/debian/openssl" },
      components: [{ "bom-ref": "b", name: "inner", purl: "pkg:npm/inner@1.0.0" }],
    },
    { "bom-ref": "c", name: "nobody knows" },
  ],
  vulnerabilities,
  ...change,
});
const judged = (change: object = {}) => ({
  ...{ id: "CVE-2024-1", references: [{ id: "GHSA-1", source: { name: "GitHub" } }] },
  analysis: { state: "not_affected", justification: "code_not_reachable", detail: "unused" },
  affects: [{ ref: "a" }, { ref: "b" }, { ref: "c" }],
  ...change,
});

describe("readCycloneDxVex", () => {
  it("reads what was analysed, with all names, of components that can be told", () => {
    const read = readCycloneDxVex(bytes(cycloneDx([judged(), { id: "CVE-2024-2" }])));
    expect(read).toEqual([
      {
        vulnerabilities: ["CVE-2024-1", "GHSA-1"],
        products: [{ part: url("pkg:deb/debian/openssl") }, { part: url("pkg:npm/inner@1.0.0") }],
        ...{ status: "not_affected", justification: "code_not_reachable", impact: "unused" },
        ...{ timestamp: Date.UTC(2024, 0, 2, 3, 4, 5), author: "Team" },
      },
    ]);
  });

  it.each([
    ["resolved", "fixed"],
    ["resolved_with_pedigree", "fixed"],
    ["false_positive", "not_affected"],
    ["exploitable", "affected"],
    ["in_triage", "under_investigation"],
  ])("takes %s for %s", (state, status) => {
    const [read] = readCycloneDxVex(bytes(cycloneDx([judged({ analysis: { state } })])));
    expect(read?.status).toBe(status);
  });

  it("reads package URLs and links to other documents as references, and no ranges of versions", () => {
    const affects = [
      { ref: "pkg:npm/one@1" },
      { ref: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Ftwo%402" },
      { ref: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:npm/three" },
      { ref: "pkg:npm/four", versions: [{ version: "4" }, { range: "vers:npm/<4" }] },
      { ref: "elsewhere" },
    ];
    const [read] = readCycloneDxVex(bytes(cycloneDx([judged({ affects })])));
    const parts = ["one@1", "two@2", "three", "four@4"].map((name) => url(`pkg:npm/${name}`));
    expect(read?.products).toEqual(parts.map((part) => ({ part })));
  });

  it("is about what the document is about, and the later of two times", () => {
    const component = { "bom-ref": "root", name: "app", purl: image };
    const metadata = { timestamp: "2024-01-02T00:00:00Z", component };
    const analysis = {
      ...{ state: "resolved", firstIssued: "2024-02-01T00:00:00Z" },
      lastUpdated: "2024-03-01T00:00:00Z",
    };
    const affects = [{ ref: "root" }, { ref: "b" }];
    const document = cycloneDx([judged({ analysis, affects })], { metadata });
    const [read] = readCycloneDxVex(bytes(document));
    expect(read).toMatchObject({ timestamp: Date.UTC(2024, 2, 1), author: "not named" });
    expect(read?.products).toEqual([
      { whole: url(image) },
      { whole: url(image), part: url("pkg:npm/inner@1.0.0") },
    ]);
  });

  it.each([
    ["no CycloneDX", cycloneDx([judged()], { bomFormat: "SPDX" })],
    ["without a statement", cycloneDx([{ id: "CVE-2024-2" }])],
    ["of another state", cycloneDx([judged({ analysis: { state: "fine" } })])],
    [
      "of another justification",
      cycloneDx([judged({ analysis: { state: "not_affected", justification: "trust me" } })]),
    ],
    ["without a name", cycloneDx([judged({ id: undefined })])],
    ["without a time", cycloneDx([judged()], { metadata: {} })],
    [
      "with two components of one name",
      cycloneDx([judged()], {
        components: [{ "bom-ref": "a" }, { "bom-ref": "a" }],
      }),
    ],
  ])("refuses what is %s", (_name, document) => {
    expect(() => readCycloneDxVex(bytes(document))).toThrow(refused);
  });
});
