import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directory, file, layer } from "../../../../test/support/layer-inventories.ts";
import type { Digest, RepositoryName, Tag } from "../../names.ts";
import type { InstalledPackage } from "../image-inventory.ts";
import type { LayerInventory } from "../layer-inventory.ts";
import type { Advice } from "./advice.ts";
import { adviceLimits } from "./advice-limits.ts";
import { adviceRules } from "./advice-rules.ts";
import type { AdviceSubject } from "./advice-subject.ts";
import { adviseOnImage } from "./advise-on-image.ts";
import { parseImageConfig } from "./image-config.ts";

interface Written {
  readonly config?: object;
  readonly history?: readonly object[];
  readonly layers?: readonly LayerInventory[];
  readonly more?: Partial<AdviceSubject>;
}

/** An image whose config is read as pushed ones are. */
function imageOf({ config = {}, history = [], layers = [], more = {} }: Written): AdviceSubject {
  const content = {
    architecture: "amd64",
    os: "linux",
    config,
    history,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  return { config: parseImageConfig(bytes), layers, ...more };
}

const advised = (written: Written, id: string) =>
  adviseOnImage(imageOf(written)).filter((advice) => advice.id === id);
const run = (script: string) => ({ created_by: `RUN /bin/sh -c ${script} # buildkit` });
const empty = (line: string) => ({ created_by: line, empty_layer: true });
const labels = (base: object) => ({ config: { Labels: base } });
const baseName = "org.opencontainers.image.base.name";
const baseDigest = "org.opencontainers.image.base.digest";
const secretUrl = `postgres://app:${"tr0ub4dor"}@db/app`;
const big = 2 ** 21;
const owned = (path: string) => ({
  records: [{ path: "var/lib/dpkg/status", analyzer: "dpkg", packages: [], ownedPaths: [path] }],
});
const installed = (name: string, type: InstalledPackage["type"] = "deb"): InstalledPackage => ({
  ...{ type, name, version: "1", path: "var/lib/dpkg/status", analyzer: "dpkg" },
  ...{ layerDiffId: "sha256:a", isSystemOwned: true },
});
const inventory = (...packages: InstalledPackage[]) => ({
  more: { inventory: { packages, unread: [] } },
});
const newerBase = {
  ...{ name: "localhost:5050/base/debian:12", tag: "12" as Tag, isNewer: true, isHeld: false },
  repositoryName: "base/debian" as RepositoryName,
  usedDigest: `sha256:${"1".repeat(64)}` as Digest,
  newestDigest: `sha256:${"2".repeat(64)}` as Digest,
  taggedDigest: `sha256:${"3".repeat(64)}` as Digest,
};
const files = (...all: ReturnType<typeof file>[]) => ({ layers: [layer("a", all)] });
const files41 = Array.from({ length: 41 }, (_, at) => layer(`${at}`, []));

/** By rule: what it says something of, and the near misses. */
const cases: Readonly<Record<string, { fires: Written[]; silent: Written[] }>> = {
  "runs-as-root": {
    fires: [{}, ...["root", "0", "0:0", "root:app", "00"].map((User) => ({ config: { User } }))],
    silent: ["10001", "app", "1000:0", "rootless"].map((User) => ({ config: { User } })),
  },
  "secret-in-environment": {
    fires: [
      { config: { Env: ["PATH=/bin", `DATABASE_URL=${secretUrl}`] } },
      { config: { Env: ["APP_SECRET=Zx81QplM44aa9921"] } },
    ],
    silent: [
      { config: { Env: ["DB_PASSWORD=changeme", "DB_PASSWORD_FILE=/run/secrets/db-Pass1"] } },
      { config: { Env: ["GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305", "PATH=/usr/bin"] } },
    ],
  },
  "secret-in-history": {
    fires: [
      { history: [empty("ARG API_TOKEN=Zx81QplM44aa9921")] },
      { history: [run(`psql ${secretUrl} -c x`)], ...files() },
      { history: [{ created_by: "|1 API_TOKEN=Zx81QplM44aa9921 /bin/sh -c make" }], ...files() },
    ],
    silent: [
      { history: [empty("ARG API_TOKEN"), run("curl -H $API_TOKEN x")], ...files() },
      // It is told of the environment already.
      {
        config: { Env: [`DATABASE_URL=${secretUrl}`] },
        history: [empty(`ENV DATABASE_URL=${secretUrl}`)],
      },
    ],
  },
  "secret-file": {
    fires: [
      files(file("root/.ssh/id_rsa", 400)),
      files(file("app/.env", 10)),
      {
        ...files(file("etc/app.conf", 9)),
        more: {
          searchedFiles: [
            {
              layerDiffId: "sha256:a",
              path: "etc/app.conf",
              secrets: [{ kind: "password", preview: "", isCertain: false, line: 3 }],
            },
          ],
        },
      },
    ],
    silent: [
      files(file("app/.env.example", 10), file("root/.ssh/id_rsa.pub", 400), file("x/.env", 0)),
      { layers: [layer("a", [file("etc/x/id_rsa", 4)], owned("etc/x/id_rsa"))] },
      // Somebody looked: there is none in it.
      {
        ...files(file("app/.env", 10)),
        more: { searchedFiles: [{ layerDiffId: "sha256:a", path: "app/.env", secrets: [] }] },
      },
    ],
  },
  "git-directory": {
    fires: [files(file("app/.git/HEAD", 20), file("app/.git/objects/x", 5000))],
    silent: [files(file("app/.git", 20), file("app/.github/HEAD", 3), file("b/.git/index", 1))],
  },
  "unexpected-setuid": {
    fires: [
      files(file("usr/bin/backdoor", 9, { mode: 0o4755 })),
      files(file("app/su", 9, { mode: 0o4755 })),
      files(file("usr/bin/su", 9, { mode: 0o4777 })),
    ],
    silent: [
      files(
        file("usr/bin/su", 9, { mode: 0o4755 }),
        file("usr/bin/chage", 9, { mode: 0o2755 }),
        file("app/lock", 9, { mode: 0o2644 }),
        directory("var/mail", { mode: 0o2775 }),
      ),
      {
        layers: [layer("a", [file("usr/bin/own", 9, { mode: 0o4755 })], owned("bin/own"))],
      },
    ],
  },
  "world-writable": {
    fires: [
      files(file("etc/app.conf", 9, { mode: 0o666 })),
      files(directory("data", { mode: 0o777 })),
    ],
    silent: [
      files(
        directory("tmp", { mode: 0o1777 }),
        file("x", 1, { mode: 0o664 }),
        file("link", 0, { kind: "symlink", mode: 0o777 }),
      ),
    ],
  },
  "remote-shell-port": {
    fires: [{ config: { ExposedPorts: { "22/tcp": {} } } }],
    silent: [{ config: { ExposedPorts: { "2222/tcp": {}, "8080/tcp": {} } } }],
  },
  "unpinned-base": {
    fires: [
      labels({ [baseName]: "docker.io/library/debian:latest" }),
      labels({ [baseName]: "localhost:5000/debian" }),
      labels({ [baseName]: "debian:12" }),
      { history: [{ created_by: "x", comment: "FROM docker.io/library/alpine:3.19" }] },
    ],
    silent: [
      {},
      labels({ [baseName]: "debian:12", [baseDigest]: "sha256:1" }),
      labels({ [baseName]: "debian:12@sha256:1" }),
      labels({ [baseName]: "scratch" }),
    ],
  },
  "outdated-base": {
    fires: [{ more: { newerBase } }],
    silent: [{}, labels({ [baseName]: "debian:12", [baseDigest]: "sha256:1" })],
  },
  "later-base": {
    fires: [{ more: { laterBases: [{ ...newerBase, usedTag: "11" as Tag }] } }],
    silent: [{}, { more: { newerBase, laterBases: [] } }],
  },
  "build-tools-left": {
    fires: [
      inventory(installed("gcc-12")),
      inventory(installed("build-base", "apk")),
      files(file("usr/local/go/bin/go", 9)),
    ],
    silent: [
      inventory(installed("gcc-12-base"), installed("libpq-dev"), installed("make", "npm")),
      files(file("usr/share/doc/gcc", 9), file("app/make", 9)),
      {
        layers: [
          layer("a", [file("usr/bin/gcc", 9)]),
          layer("b", [], { whiteouts: ["usr/bin/gcc"] }),
        ],
      },
    ],
  },
  "package-lists-left": {
    fires: [
      files(file("var/lib/apt/lists/deb.debian.org_x", big)),
      files(file("var/cache/apk/APKINDEX.1.tar.gz", big)),
      files(file("var/cache/dnf/x.solv", big)),
    ],
    silent: [
      files(file("var/lib/apt/lists/lock", big), file("var/lib/apt/extended_states", big)),
      files(file("var/cache/apk/x", 10)),
    ],
  },
  "language-caches-left": {
    fires: [
      files(file("root/.cache/pip/http/x", big)),
      files(file("home/node/.npm/_cacache/x", big)),
      files(file("go/pkg/mod/cache/download/x", big)),
    ],
    silent: [files(file("app/.cache/pip-tools/x", big), file("root/.npmrc", big))],
  },
  "wasted-bytes": {
    fires: [
      { layers: [layer("a", [file("x.deb", big)]), layer("b", [], { whiteouts: ["x.deb"] })] },
      { layers: [layer("a", [file("x", big)]), layer("b", [file("x", big, { userId: 5 })])] },
    ],
    silent: [
      { layers: [layer("a", [file("x", 1000)]), layer("b", [], { whiteouts: ["x"] })] },
      {
        layers: [layer("a", [file("x", big)]), layer("b", [file("y", big)], { whiteouts: ["z"] })],
      },
    ],
  },
  "many-layers": {
    fires: [{ layers: files41 }],
    silent: [{ layers: files41.slice(1) }],
  },
  "no-health-check": {
    fires: [{ config: { ExposedPorts: { "8080/tcp": {} } } }],
    silent: [
      {},
      { config: { ExposedPorts: { "80/tcp": {} }, Healthcheck: { Test: ["NONE"] } } },
      { config: { ExposedPorts: { "80/tcp": {} }, Healthcheck: { Test: ["CMD", "x"] } } },
    ],
  },
  "missing-labels": {
    fires: [{}, labels({ "org.opencontainers.image.source": "https://x" })],
    silent: [
      labels({
        "org.label-schema.vcs-url": "https://x",
        "org.opencontainers.image.revision": "1",
        "org.opencontainers.image.licenses": "MIT",
      }),
    ],
  },
};

describe.each(adviceRules.map(({ id }) => id))("%s", (id) => {
  it("says something of what it is for", () => {
    expect(cases[id]!.fires.length).toBeGreaterThan(0);
    for (const written of cases[id]!.fires) {
      expect(advised(written, id), JSON.stringify(written)).not.toEqual([]);
    }
  });

  it("says nothing of near misses", () => {
    expect(cases[id]!.silent.length).toBeGreaterThan(0);
    for (const written of cases[id]!.silent) {
      expect(advised(written, id), JSON.stringify(written)).toEqual([]);
    }
  });
});

describe("adviseOnImage", () => {
  it("says the worst first, and says it twice alike", () => {
    const written = { config: { Env: [`U=${secretUrl}`], ExposedPorts: { "80/tcp": {} } } };
    const advice = adviseOnImage(imageOf(written));
    expect(advice.map(({ id, severity }) => [id, severity])).toEqual([
      ["secret-in-environment", "critical"],
      ["runs-as-root", "high"],
      ["no-health-check", "info"],
      ["missing-labels", "info"],
    ]);
    expect(adviseOnImage(imageOf(written))).toEqual(advice);
  });

  it("names layer, path and bytes of what is wasted, and the steps that do it", () => {
    const [advice] = advised(
      {
        history: [run("wget x.deb && dpkg -i x.deb"), run("rm x.deb")],
        layers: [layer("a", [file("x.deb", 5_000_000)]), layer("b", [], { whiteouts: ["x.deb"] })],
      },
      "wasted-bytes",
    ) as [Advice];
    expect(advice).toMatchObject({
      estimatedBytes: 5_000_000,
      layerDiffId: "sha256:a",
      path: "x.deb",
    });
    expect(advice.reason).toContain("`RUN wget x.deb && dpkg -i x.deb`");
    expect(advice.reason).toContain("hidden by `RUN rm x.deb`");
  });

  it("says of a secret that a later layer deletes it, which does not help", () => {
    const layers = [layer("a", [file("app/.env", 9)]), layer("b", [], { whiteouts: ["app/.env"] })];
    expect(advised({ layers }, "secret-file")[0]!.reason).toContain("this one still has it");
  });

  it("writes the stages out, from the history and for what is built", () => {
    const [advice] = advised(
      {
        config: {
          ...labels({ [baseName]: "docker.io/library/node:22" }).config,
          ...{ Cmd: ["node", "server.js"], ExposedPorts: { "3000/tcp": {} }, User: "node" },
        },
        history: [
          { created_by: "/bin/sh -c #(nop) ADD file:1 in / " },
          empty('/bin/sh -c #(nop)  CMD ["bash"]'),
          { created_by: "WORKDIR /srv" },
          run("apt-get update && apt-get install -y g++ make python3 libvips-dev"),
          { created_by: "COPY . . # buildkit" },
          run("npm ci"),
          empty('CMD ["node" "server.js"]'),
        ],
        layers: [0, 1, 2, 3, 4].map((at) =>
          layer(`${at}`, at === 2 ? [file("usr/bin/make", 9)] : []),
        ),
      },
      "build-tools-left",
    ) as [Advice];
    expect(advice.fix.split("\n").slice(2)).toEqual([
      "FROM docker.io/library/node:22 AS build",
      "WORKDIR /srv",
      "RUN apt-get update && apt-get install -y g++ make python3 libvips-dev",
      "COPY . .",
      "RUN npm ci",
      "RUN npm prune --omit=dev",
      "",
      "FROM docker.io/library/node:22-slim",
      "# and the libraries that run time needs of: libvips-dev",
      "RUN apt-get update \\",
      " && apt-get install -y --no-install-recommends python3 \\",
      " && rm -rf /var/lib/apt/lists/*",
      "WORKDIR /srv",
      "COPY --from=build /srv /srv",
      "USER node",
      "EXPOSE 3000",
      'CMD ["node", "server.js"]',
    ]);
  });

  it("tells no secret, wherever one is", () => {
    const password = fc
      .string({ minLength: 12, maxLength: 40, unit: fc.constantFrom(..."abcdefXYZ0123456789#!+") })
      .filter((text) => new Set(text).size > 7 && /[0-9]/.test(text) && /[a-z]/.test(text));
    fc.assert(
      fc.property(password, (text) => {
        const line = `make -j2 && ./login --password '${text}' && ${"true ".repeat(8)}`;
        const layers = [
          layer("a", [file("usr/bin/gcc", big)]),
          layer("b", [], { whiteouts: ["usr/bin"] }),
        ];
        const written = {
          config: { Env: [`DB_PASSWORD=${text}`, `URL=redis://:${text}@db`] },
          history: [run(line), run(`DB_PASSWORD=${text} make`), empty(`ARG DB_PASSWORD=${text}`)],
          layers,
        };
        expect(JSON.stringify(adviseOnImage(imageOf(written)))).not.toContain(text.slice(4));
      }),
    );
  });

  it("says no more than a reader reads, and that there is more", () => {
    const many = Array.from({ length: 100 }, (_, at) => file(`app/${at}/.env`, 5));
    const advice = advised(files(...many), "secret-file");
    expect(advice).toHaveLength(adviceLimits.advicePerRule);
    expect(advice.at(-1)!.reason).toContain("80 more");
  });
});

describe("parseImageConfig", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["what is nested too deep", `${'{"a":'.repeat(40)}1${"}".repeat(40)}`],
    ["too many steps", JSON.stringify({ history: Array(10_001).fill({}) })],
    ["a key twice", '{"config":{},"config":{}}'],
  ])("refuses %s", (_, text) => {
    expect(() => parseImageConfig(bytes(text))).toThrow(
      expect.objectContaining({ name: "FileRefused" }),
    );
  });

  it("takes what has another type than it should for absent", () => {
    const config = parseImageConfig(
      bytes('{"config":{"User":7,"Env":["A=1",2],"Labels":[]},"history":{}}'),
    );
    expect(config).toMatchObject({ user: "", env: ["A=1"], history: [] });
    expect(config.labels.size).toBe(0);
  });
});
