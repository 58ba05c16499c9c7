import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ArchiveEntry,
  directory,
  file,
  layerArchive,
  symlink,
} from "../../../test/support/layer-archive.ts";
import { finished } from "../steps.ts";
import { analyzers, systemFiles } from "./analyzers.ts";
import type { FileAnalyzer } from "./file-analyzer.ts";
import type { FoundPackage } from "./found-package.ts";
import type { ImageInventory, InstalledPackage } from "./image-inventory.ts";
import type { LayerInventory } from "./layer-inventory.ts";
import { layerLimits } from "./layer-limits.ts";
import { LayerReading } from "./layer-reading.ts";
import { LayerRefused } from "./layer-refused.ts";
import { mergeLayers } from "./merge-layers.ts";
import { scanningLimits } from "./scanning-limits.ts";

/** A file of a language: its lines are `name version`. */
const language: FileAnalyzer = {
  name: "language",
  version: 1,
  wants: ({ path }) => path.endsWith("METADATA") || path.length === 5,
  read: () => {
    let text = "";
    return {
      push: (piece) => {
        text += Buffer.from(piece).toString();
        return true;
      },
      end: () => ({
        packages: text.split("\n").flatMap((line): FoundPackage[] => {
          const [name, version] = line.split(" ");
          return version === undefined ? [] : [{ type: "pypi", name: name!, version }];
        }),
      }),
    };
  },
};

function layer(...entries: readonly ArchiveEntry[]): LayerInventory {
  const reading = new LayerReading({
    analyzers: [...analyzers, language],
    systemFiles,
    limits: layerLimits,
  });
  reading.push(layerArchive(entries));
  return reading.end();
}

function merge(...layers: readonly LayerInventory[]): ImageInventory {
  return finished(mergeLayers(layers, () => undefined));
}

/** `name version@layer`, sorted; a star for what is of the system. */
function told(layers: readonly LayerInventory[], { packages } = merge(...layers)): string[] {
  const line = ({ name, version, layerDiffId, isSystemOwned }: InstalledPackage) => {
    const index = layers.findIndex(({ diffId }) => diffId === layerDiffId);
    return `${name} ${version}@${index}${isSystemOwned ? "*" : ""}`;
  };
  return packages.map(line).sort();
}

/** dpkg's record of packages, each `name version`. */
function status(...packages: readonly string[]): ArchiveEntry {
  const stanzas = packages.map((each) => {
    const [name, version] = each.split(" ");
    return `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: ${version}\n`;
  });
  return file("var/lib/dpkg/status", stanzas.join("\n"));
}

function list(name: string, ...paths: readonly string[]): ArchiveEntry {
  return file(`var/lib/dpkg/info/${name}.list`, paths.map((path) => `${path}\n`).join(""));
}

describe("packages of the system", () => {
  it("are those of the newest record, each of the oldest layer that had this version", () => {
    const layers = [
      layer(status("a 1", "b 1", "c 1")),
      layer(status("a 1", "b 2", "c 1", "d 1")),
      layer(file("unrelated")),
      layer(status("a 1", "b 2", "d 2")),
    ];
    expect(told(layers)).toEqual(["a 1@0*", "b 2@1*", "d 2@3*"]);
  });

  it("are none once the record is removed, or there is an empty one", () => {
    const base = layer(status("a 1"));
    expect(told([base, layer(file("var/lib/dpkg/.wh.status"))])).toEqual([]);
    expect(told([base, layer(file("var/lib/.wh.dpkg"))])).toEqual([]);
    expect(told([base, layer(status())])).toEqual([]);
  });

  it("are told apart by architecture, and told once", () => {
    const stanza = (architecture: string) =>
      `Package: a\nVersion: 1\nArchitecture: ${architecture}\n\n`;
    const both = `${stanza("amd64")}${stanza("i386")}${stanza("amd64")}`;
    expect(merge(layer(file("var/lib/dpkg/status", both))).packages).toHaveLength(2);
  });
});

describe("whiteouts", () => {
  const base = layer(file("d/METADATA", "p 1"), file("d/e/METADATA", "q 1"));

  it("hide a file, or a directory with all that is in it", () => {
    expect(told([base, layer(file("d/.wh.METADATA"))])).toEqual(["q 1@0"]);
    expect(told([base, layer(file(".wh.d"))])).toEqual([]);
    expect(told([base, layer(file("d/.wh.e"))])).toEqual(["p 1@0"]);
    expect(told([base, layer(file("d/e/.wh..wh..opq"))])).toEqual(["p 1@0"]);
    expect(told([base, layer(file(".wh..wh..opq"))])).toEqual([]);
    expect(told([base, layer(file(".wh.ELSE"), file("e/.wh..wh..opq"))])).toEqual([
      "p 1@0",
      "q 1@0",
    ]);
  });

  it("hide nothing of their own layer, in whichever order", () => {
    const before = layer(file(".wh.d"), file("d/METADATA", "r 1"));
    const after = layer(file("d/METADATA", "r 1"), file("d/.wh..wh..opq"));
    expect(told([base, before])).toEqual(["r 1@1"]);
    expect(told([base, after])).toEqual(["r 1@1"]);
  });

  it("hide nothing of layers above them", () => {
    const layers = [base, layer(file(".wh.d")), layer(file("d/METADATA", "p 1"))];
    expect(told(layers)).toEqual(["p 1@0"]); // The oldest that has this version at this path.
  });

  it.each([
    ["a file", { path: "d" }],
    ["a link", symlink("d", "x")],
    ["a device", { path: "d", type: "3" }],
  ])("are not needed where %s takes a directory's place", (_, entry) => {
    expect(told([base, layer(entry)])).toEqual([]);
  });

  it("are not needed where a file is replaced, by a directory too", () => {
    expect(told([base, layer(file("d/METADATA"))])).toEqual(["q 1@0"]);
    expect(told([base, layer(symlink("d/METADATA", "x"))])).toEqual(["q 1@0"]);
    expect(told([base, layer(directory("d/METADATA"))])).toEqual(["q 1@0"]);
    expect(told([base, layer(file("d/METADATA/x"))])).toEqual(["q 1@0"]);
    expect(told([base, layer(directory("d"))])).toEqual(["p 1@0", "q 1@0"]);
  });
});

it("files that could not be read are told of while they are there", () => {
  const base = layer(
    file("var/lib/dpkg/status", "nonsense"),
    file("etc/lsb-release", "x".repeat(70_000)),
  );
  expect(merge(base).unread.map(({ path }) => path)).toEqual([
    "var/lib/dpkg/status",
    "etc/lsb-release",
  ]);
  const rest = merge(base, layer(status("a 1")));
  expect(rest.unread.map(({ path }) => path)).toEqual(["etc/lsb-release"]);
});

it("the distribution is told by what is there in the end", () => {
  const layers = [
    layer(file("etc/os-release", "ID=debian"), file("usr/lib/os-release", "ID=other")),
    layer(file("etc/.wh.os-release"), file("etc/debian_version", "12.1")),
    layer(file("usr/lib/os-release", "ID=alpine")),
  ];
  const named = (files: object) => ({ id: "x", name: JSON.stringify(files) });
  const { distribution } = finished(mergeLayers(layers, named));
  const expected = { "usr/lib/os-release": "ID=alpine", "etc/debian_version": "12.1" };
  expect(JSON.parse(distribution!.name)).toEqual(expected);
  expect(merge(...layers)).not.toHaveProperty("distribution");
});

describe("files that packages of the system own", () => {
  const path = "usr/lib/python3/six/METADATA";

  it("are told, so that only the system's advisories hold for them", () => {
    const layers = [layer(status("six 1"), list("six", `/${path}`), file(path, "six 1.16"))];
    expect(told(layers)).toEqual(["six 1.16@0*", "six 1@0*"]);
    const unowned = layer(file("opt/METADATA", "six 1.16"));
    expect(told([unowned])).toEqual(["six 1.16@0"]);
  });

  it("are found by links to their directories, both ways", () => {
    const merged = layer(
      symlink("lib", "usr/lib"),
      file("usr/lib/METADATA", "a 1"),
      list("a", "/lib/METADATA"),
    );
    expect(told([merged])).toEqual(["a 1@0*"]);
    const moved = layer(
      symlink("usr/lib64", "/lib64"),
      file("lib64/METADATA", "a 1"),
      list("a", "/usr/lib64/METADATA"),
    );
    expect(told([moved])).toEqual(["a 1@0*"]);
    const separate = layer(file("usr/lib/METADATA", "a 1"), list("a", "/lib/METADATA"));
    expect(told([separate])).toEqual(["a 1@0"]);
    const circle = layer(symlink("x", "y"), symlink("y", "x"), list("a", "/x/METADATA"));
    expect(told([circle, layer(file("x/METADATA", "a 1"))])).toEqual(["a 1@1"]);
  });

  it("are not the system's any more when the package is gone", () => {
    const base = layer(list("a", "/a/METADATA"), file("a/METADATA", "a 1"));
    const removed = layer(file("var/lib/dpkg/info/.wh.a.list"));
    expect(told([base, removed])).toEqual(["a 1@0"]);
  });

  it("are not the system's when somebody else put another over it", () => {
    const base = layer(list("a", "/a/METADATA"), file("a/METADATA", "a 1"));
    expect(told([base, layer(file("a/METADATA", "a 2"))])).toEqual(["a 2@1"]);
    const changedOwner = layer({ ...file("a/METADATA", "a 1"), mode: 0o600 });
    expect(told([base, changedOwner])).toEqual(["a 1@0*"]);
    const upgrade = layer(list("a", "/a/METADATA"), file("a/METADATA", "a 2"));
    expect(told([base, upgrade])).toEqual(["a 2@1*"]);
    const installedOver = [layer(file("a/METADATA", "a 1")), layer(list("a", "/a/METADATA"))];
    expect(told(installedOver)).toEqual(["a 1@0*"]);
  });

  it("are not the system's when somebody else built the package that brought them", () => {
    const npm = "usr/lib/node_modules/npm/METADATA";
    const node = (version: string, maintainer: string) =>
      `Package: nodejs\nArchitecture: amd64\nVersion: ${version}\nMaintainer: ${maintainer}\n\n`;
    const foreign = node("20.1.0-1nodesource1", "N <n@nodesource.com>");
    const own = node("18.1.0-1", "Debian Javascript Maintainers <d@lists.debian.org>");
    const tar = (stanza: string, listed = list("nodejs", `/${npm}`)) => {
      const layers = [layer(file("var/lib/dpkg/status", stanza), listed, file(npm, "tar 6"))];
      return told(layers).find((each) => each.startsWith("tar"));
    };
    expect([tar(own), tar(foreign)]).toEqual(["tar 6@0*", "tar 6@0"]);
    expect(tar(foreign, list("nodejs:amd64", `/${npm}`))).toBe("tar 6@0");
    const both = [list("nodejs", `/${npm}`), list("npm", `/${npm}`)];
    const shared = layer(file("var/lib/dpkg/status", foreign), ...both, file(npm, "tar 6"));
    expect(told([shared])).toContain("tar 6@0*");
    const distroless = (stanza: string) =>
      layer(
        file("var/lib/dpkg/status.d/nodejs", stanza),
        file("var/lib/dpkg/status.d/nodejs.md5sums", `0123  ${npm}\n`),
        file(npm, "tar 6"),
      );
    expect(told([distroless(foreign)])).toContain("tar 6@0");
    expect(told([distroless(own)])).toContain("tar 6@0*");
    // Who replaced the distribution's package later, brought what is there now.
    const base = layer(file("var/lib/dpkg/status", own), both[0]!, file(npm, "tar 6"));
    const later = layer(file("var/lib/dpkg/status", foreign), both[0]!, file(npm, "tar 7"));
    expect(told([base, later])).toContain("tar 7@1");
  });

  it("of RPM are those of the distribution's own packages", () => {
    const database = new URL("../../../test/data/rpm/rpmdb.sqlite", import.meta.url);
    const [own, foreign] = ["usr/lib/plain/METADATA", "usr/lib/foreign/METADATA"];
    const read = layer(file("var/lib/rpm/rpmdb.sqlite", readFileSync(database)), file("a", ""));
    const [record] = read.records;
    const owners = record!.owners!;
    expect(owners.reduce((sum, { paths }) => sum + paths, 0)).toBe(record!.ownedPaths!.length);
    const made: LayerInventory = {
      ...layer(file(own, "six 1"), file(foreign, "six 2")),
      ...{ whiteouts: [], opaque: [] },
    };
    const ownedBy = (vendor: string) => ({
      ...made,
      records: [
        ...made.records,
        {
          ...{ path: "var/lib/rpm/Packages", analyzer: "rpm", packages: [] },
          ownedPaths: [own, foreign],
          owners: [
            { vendor: "AlmaLinux", paths: 1 },
            { vendor, paths: 1 },
          ],
        },
      ],
      files: [...made.files, { ...made.files[0]!, path: "var/lib/rpm/Packages" }],
    });
    const owned = (vendor: string) => {
      const alma = { id: "almalinux", name: "AlmaLinux 9", ecosystem: "AlmaLinux:9" };
      const { packages } = finished(mergeLayers([ownedBy(vendor)], () => alma));
      return packages.map(({ version, isSystemOwned }) => `${version} ${isSystemOwned}`);
    };
    expect(owned("AlmaLinux")).toEqual(["1 true", "2 true"]);
    expect(owned("NodeSource")).toEqual(["1 true", "2 false"]);
  });

  it("stay owned by RPM and apk through later changes of their databases", () => {
    const apk = (version: string) =>
      file("lib/apk/db/installed", `P:a\nV:${version}\nF:a\nR:METADATA\n`);
    const base = layer(apk("1"), file("a/METADATA", "m 1"));
    const over = layer(file("a/METADATA", "m 2"));
    const later = layer(apk("3"));
    expect(told([base, later])).toEqual(["a 3@1*", "m 1@0*"]);
    expect(told([base, over, later])).toEqual(["a 3@2*", "m 2@1"]);
  });
});

/** The same by the plainest means: layers are really applied, one after the other, to a tree in memory. */
describe("any stack of layers", () => {
  interface Node {
    readonly kind: "file" | "directory" | "symlink" | "device";
    readonly content: string;
    readonly target: string;
    readonly layer: number;
  }
  type Tree = Map<string, Node>;

  function removeBelow(tree: Tree, path: string): void {
    for (const each of [...tree.keys()]) {
      if (path === "" || each.startsWith(`${path}/`)) tree.delete(each);
    }
  }

  /** @param strict whether a file may not become a directory by what is in it: no archive unpacks so */
  function put(tree: Tree, path: string, node: Node, strict = false): void {
    const parts = path.split("/");
    for (let length = 1; length < parts.length; length++) {
      const parent = parts.slice(0, length).join("/");
      const known = tree.get(parent);
      if (strict && known !== undefined && known.kind !== "directory") throw new Error("damaged");
      if (known?.kind !== "directory") {
        removeBelow(tree, parent);
        tree.set(parent, { ...node, kind: "directory" });
      }
    }
    if (node.kind !== "directory") removeBelow(tree, path);
    tree.set(path, node);
  }

  /** One layer alone, as its archive unpacks; links of the layer are followed on the way. */
  function unpack(entries: readonly ArchiveEntry[], layer: number): Tree {
    const tree: Tree = new Map();
    for (const { path, type = "0", content = "", target = "" } of entries) {
      const written = String(path).replace(/\/$/, "");
      if (written.split("/").at(-1)!.startsWith(".wh.")) continue;
      const kind = { "2": "symlink", "3": "device", "5": "directory" }[type] ?? "file";
      let place = written;
      for (let at = place.indexOf("/"); at !== -1; at = place.indexOf("/", at + 1)) {
        const link = tree.get(place.slice(0, at));
        if (link?.kind !== "symlink") continue;
        place = link.target.replace(/^\//, "") + place.slice(at);
        at = -1;
      }
      put(
        tree,
        place,
        { kind: kind as Node["kind"], content: String(content), target, layer },
        true,
      );
    }
    return tree;
  }

  /** Those entries that an archive can have after the ones before them. */
  function sound(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
    let kept: readonly ArchiveEntry[] = [];
    for (const each of entries) {
      try {
        unpack([...kept, each], 0);
        kept = [...kept, each];
      } catch (error) {
        expect(error).toHaveProperty("message", "damaged");
      }
    }
    return kept;
  }

  function apply(image: Tree, entries: readonly ArchiveEntry[], layer: number): void {
    for (const { path } of entries) {
      const parts = String(path).split("/");
      const name = parts.pop()!;
      const parent = parts.join("/");
      if (name === ".wh..wh..opq") removeBelow(image, parent);
      else if (name.startsWith(".wh.")) {
        const hidden = [...parts, name.slice(4)].join("/");
        image.delete(hidden);
        removeBelow(image, hidden);
      }
    }
    for (const [path, node] of unpack(entries, layer)) put(image, path, node);
  }

  const names = fc.constantFrom("a", "b", "c");
  const path = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const content = fc.subarray(["p 1", "p 2", "q 1"]).map((lines) => lines.join("\n"));
  const entry = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(path, content).map(([each, text]) => file(each, text)) },
    { weight: 2, arbitrary: path.map((each) => directory(each)) },
    // Links only lead on to later names, so that there are no circles.
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        symlink("a", "b"),
        symlink("b", "c"),
        symlink("a", "/z"),
        symlink("a/b", "/c"),
        symlink("b/a", "/z/a"),
      ),
    },
    { weight: 1, arbitrary: path.map((each): ArchiveEntry => ({ path: each, type: "3" })) },
    { weight: 1, arbitrary: path.map((each) => file(`${each}/.wh..wh..opq`)) },
    {
      weight: 2,
      arbitrary: path.map((each) => file(each.replace(/[^/]*$/, (name) => `.wh.${name}`))),
    },
  );
  const stack = fc.array(fc.array(entry, { maxLength: 8 }), { minLength: 1, maxLength: 5 });
  /** A file of three names is one that the analyzer wants: it has five characters. */
  const isWanted = (each: string) => each.length === 5;

  it("has the packages that are there once it is applied, each of its oldest layer", () => {
    let compared = 0;
    const property = fc.property(stack, (layers) => {
      // The first entry tells apart layers that are the same otherwise.
      const numbered = layers.map((entries, index) => [file(`number-${index}`), ...sound(entries)]);
      const image: Tree = new Map();
      const everHad = new Map<string, number>();
      for (const [index, entries] of numbered.entries()) {
        apply(image, entries, index);
        for (const [each, node] of unpack(entries, index)) {
          if (node.kind !== "file" || !isWanted(each)) continue;
          for (const line of node.content.split("\n")) {
            const key = `${each} ${line}`;
            if (!everHad.has(key)) everHad.set(key, index);
          }
        }
      }
      const expected = [...image].flatMap(([each, node]) => {
        if (node.kind !== "file" || !isWanted(each) || node.content === "") return [];
        return node.content
          .split("\n")
          .map((line) => `${each} ${line}@${everHad.get(`${each} ${line}`)}`);
      });
      const inventories = numbered.map((entries) => layer(...entries));
      const found = merge(...inventories).packages.map(
        ({ path: each, name, version, layerDiffId }) => {
          const index = inventories.findIndex(({ diffId }) => diffId === layerDiffId);
          return `${each} ${name} ${version}@${index}`;
        },
      );
      compared += expected.length;
      expect(found.sort()).toEqual(expected.sort());
    });
    fc.assert(property, { numRuns: 3_000 });
    expect(compared).toBeGreaterThan(500);
  });
});

it("a layer with links that lead in a circle is refused before it is merged", () => {
  expect(() => layer(symlink("a", "b"), symlink("b", "a"), file("a/x"))).toThrow(LayerRefused);
});

it("many files are put together a few at a time, in each thing that is done with them", () => {
  const many = 4 * scanningLimits.mergedAtOnce;
  const files = Array.from({ length: many }, (_, at) => ({
    ...({ path: `usr/${at}`, kind: "symlink", target: "x", sizeBytes: 0 } as const),
    ...{ mode: 0o777, userId: 0, groupId: 0 },
  }));
  const record = (packages: FoundPackage[]) => ({
    path: "METADATA",
    analyzer: "language",
    packages,
  });
  const packages = Array.from({ length: many }, (_, at): FoundPackage => {
    return { type: "pypi", name: `name-${at}`, version: "1" };
  });
  const steps = (change: Partial<LayerInventory>) => {
    const counted = mergeLayers([{ ...layer(), ...change }], () => undefined);
    let count = 0;
    while (counted.next().done !== true) count += 1;
    return count;
  };
  // Looked at as links twice, as paths, and as what hides others.
  expect(steps({ files })).toBeGreaterThanOrEqual(4 * 4 - 1);
  expect(steps({ records: [record(packages)] })).toBeGreaterThanOrEqual(2 * 4 - 1);
});
