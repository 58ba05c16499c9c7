import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named } from "../../../../test/support/analyzed.ts";
import { type ZipEntry, zip } from "../../../../test/support/zip.ts";
import { FileRefused } from "../file-analyzer.ts";
import { javaArchives } from "./java-archives.ts";

const found = (content: Uint8Array, path = "app/app.jar") =>
  named(analyzed(javaArchives, path, content));

function pom(group: string, artifact: string, version: string): ZipEntry {
  return {
    name: `META-INF/maven/${group}/${artifact}/pom.properties`,
    content: `#Generated\nversion=${version}\ngroupId=${group}\nartifactId=${artifact}\n`,
  };
}

function manifest(...lines: string[]): ZipEntry {
  const content = ["Manifest-Version: 1.0", ...lines, "", ""].join("\r\n");
  return { name: "META-INF/MANIFEST.MF", content };
}

const log4j = zip([pom("org.apache.logging.log4j", "log4j-core", "2.14.1")]);
const log4jName = "maven org.apache.logging.log4j/log4j-core@2.14.1";
const pomOfLog4j = "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties";

describe("Java archives", () => {
  it("are wanted by their endings", () => {
    const isWanted = (path: string) => javaArchives.wants(layerFile(path, 10));
    for (const ending of ["jar", "war", "ear", "par", "jpi", "hpi", "JAR"]) {
      expect(isWanted(`app/a.${ending}`)).toBe(true);
    }
    expect(isWanted("app/a.zip")).toBe(false);
    expect(isWanted("app/jar")).toBe(false);
  });

  it("hold all that was merged into them", () => {
    const shaded = zip([
      manifest("Implementation-Title: other", "Implementation-Version: 9.9"),
      pom("com.example", "app", "1.0.0"),
      pom("com.google.guava", "guava", "30.0-jre"),
    ]);
    expect(found(shaded)).toEqual([
      "maven com.example/app@1.0.0 !META-INF/maven/com.example/app/pom.properties",
      "maven com.google.guava/guava@30.0-jre !META-INF/maven/com.google.guava/guava/pom.properties",
    ]);
  });

  it("hold archives, whose packages are told with the way to them", () => {
    const lib = { name: "BOOT-INF/lib/log4j-core-2.14.1.jar", content: log4j, isStored: true };
    const war = zip([lib, { name: "WEB-INF/lib/empty.jar", content: "" }]);
    const ear = zip([pom("com.example", "app", "1.0.0"), { name: "app.war", content: war }]);
    expect(found(ear, "app/app.ear")).toEqual([
      "maven com.example/app@1.0.0 !META-INF/maven/com.example/app/pom.properties",
      `${log4jName} !app.war!/BOOT-INF/lib/log4j-core-2.14.1.jar!/${pomOfLog4j}`,
    ]);
  });

  it("are named by manifest and file name if Maven left nothing", () => {
    const spring = manifest("Implementation-Title: spring-core", "Implementation-Version: 5.3.1");
    expect(found(zip([spring]), "app/spring-core-5.3.1.jar")).toEqual([
      "maven spring-core@5.3.1 !META-INF/MANIFEST.MF",
    ]);
    expect(found(zip([spring]), "app/renamed.jar")).toEqual([
      "maven spring-core@5.3.1 !META-INF/MANIFEST.MF",
    ]);
    const bundle = manifest(
      "Implementation-Title: For people",
      "Implementation-Vendor-Id: org.hibernate",
      "Bundle-SymbolicName: org.hibernate.core;singleton:=true",
      "Bundle-Version: 5.4.1.Final",
      "Bundle-License: LGPL-2.1",
    );
    expect(found(zip([bundle]), "app/hibernate-core-5.4.1.Final.jar")).toEqual([
      "maven org.hibernate/hibernate-core@5.4.1.Final !META-INF/MANIFEST.MF",
    ]);
    expect(found(zip([bundle]), "app/renamed.jar")).toEqual([
      "maven org.hibernate/core@5.4.1.Final !META-INF/MANIFEST.MF",
    ]);
  });

  it("are given a group only if it is certain", () => {
    const named = (bundle: string, path: string) =>
      found(zip([manifest(`Bundle-SymbolicName: ${bundle}`, "Bundle-Version: 1.0.0")]), path)[0];
    expect(named("com.fasterxml.jackson.core.jackson-core", "a/jackson-core-1.0.0.jar")).toBe(
      "maven com.fasterxml.jackson.core/jackson-core@1.0.0 !META-INF/MANIFEST.MF",
    );
    expect(named("com.google.guava", "a/guava-1.0.0.jar")).toBe(
      "maven guava@1.0.0 !META-INF/MANIFEST.MF",
    );
  });

  it("are named by the file name alone if nothing else tells", () => {
    const bare = zip([{ name: "A.class", content: "x" }]);
    expect(found(bare, "app/log4j-1.2-api-2.17.1.jar")).toEqual(["maven log4j-1.2-api@2.17.1"]);
    expect(found(bare, "app/tool-1.0-2.jar")).toEqual(["maven tool@1.0-2"]);
    expect(found(bare, "app/guava-31.1-jre.jar")).toEqual(["maven guava@31.1-jre"]);
    expect(found(bare, "app/app.jar")).toEqual([]);
    const outer = zip([{ name: "lib/log4j-1.2.17.jar", content: bare }]);
    expect(found(outer)).toEqual(["maven log4j@1.2.17 !lib/log4j-1.2.17.jar"]);
  });

  it("tell nothing by what Maven did not fill in, and refuse what is no pom.properties", () => {
    const template = pom("a", "b", "$" + "{project.version}");
    expect(found(zip([template]), "app/b-1.0.jar")).toEqual(["maven b@1.0"]);
    const broken = { name: "META-INF/maven/a/b/pom.properties", content: "groupId=a\n" };
    expect(() => found(zip([broken]))).toThrow("pom.properties without");
  });

  it("are refused as a whole if a part could not be read", () => {
    const good = { name: "lib/log4j.jar", content: log4j };
    const refused: [ZipEntry, string][] = [
      [{ name: "lib/a.jar", content: "no zip" }, "not a zip archive"],
      [{ name: "lib/a.jar", content: log4j, isEncrypted: true }, "is encrypted"],
      [{ name: "lib/a.jar", content: log4j, method: 9 }, "compressed in an unknown way"],
      [{ ...manifest(), isEncrypted: true }, "is encrypted"],
      [{ ...pom("a", "b", "1"), sizeBytes: 3 }, "more than the archive says"],
      [{ ...pom("a", "b", "1"), sizeBytes: 200 }, "is cut"],
      [{ ...pom("a", "b", "1"), sizeBytes: 5 * 1024 * 1024 }, "is too large"],
    ];
    for (const [entry, reason] of refused) {
      expect(() => found(zip([good, entry]))).toThrow(FileRefused);
      expect(() => found(zip([good, entry]))).toThrow(reason);
    }
    expect(() => found(Buffer.from("PK\x03\x04"))).toThrow("not a zip archive");
  });

  it("are refused if the way to a package is longer than can be shown", () => {
    const inner = zip([pom("a", "b", "1.0")]);
    const far = zip([{ name: `${"d/".repeat(500)}a.jar`, content: inner }]);
    expect(() => found(far)).toThrow("place is longer than 1024");
  });

  it("are read though a signed one's manifest is long", () => {
    const files = Array.from({ length: 20_000 }, (_, at) => `Name: ${at}.class\r\nSHA-256: x\r\n`);
    const signed = manifest("Bundle-Version: 1.0.0", "", ...files, `Name: ${"x".repeat(2 ** 21)}`);
    expect(found(zip([signed]), "app/signed-1.0.0.jar")).toEqual([
      "maven signed@1.0.0 !META-INF/MANIFEST.MF",
    ]);
  });

  it("are read whatever is encrypted in them that tells nothing", () => {
    const secret = { name: "secret.txt", content: "x", isEncrypted: true };
    expect(found(zip([secret, pom("a", "b", "1.0")]))).toHaveLength(1);
  });

  it("are refused beyond the depth, the members and the bytes that are let through", () => {
    let nested = log4j;
    for (let depth = 1; depth < 4; depth++) nested = zip([{ name: "lib/a.jar", content: nested }]);
    expect(found(nested)).toHaveLength(1);
    const deep = zip([{ name: "lib/a.jar", content: nested }]);
    expect(() => found(deep)).toThrow("nest deeper than 4");
    const bomb = zip([{ name: "lib/a.jar", content: Buffer.alloc(80 * 1024 * 1024) }]);
    expect(() => found(bomb)).toThrow("200 times its size");
    const one = { name: "lib/a.jar", content: zip([]), isStored: true };
    const many = zip(Array.from({ length: 10_001 }, () => one));
    expect(() => found(many)).toThrow("10000 archives inside");
  });
});
