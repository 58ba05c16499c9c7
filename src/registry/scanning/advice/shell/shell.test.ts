import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, inProportion } from "../../../../../test/support/growth.ts";
import { isBuildTool, isCompiler } from "./build-tools.ts";
import { isInstall, packageCommand } from "./package-installs.ts";
import { shellCommands } from "./shell-commands.ts";

const split = (script: string) =>
  shellCommands(script).map(({ operator, words }) => [operator, ...words]);

describe("shellCommands", () => {
  it("splits at operators, and nowhere inside of quotes and substitutions", () => {
    expect(split(`set -ex; a "b && c" 'd | e' && f $(g | h; i) || j > /dev/null 2>&1 | k`)).toEqual(
      [
        ["", "set", "-ex"],
        [";", "a", "b && c", "d | e"],
        ["&&", "f", "$(g | h; i)"],
        ["||", "j", ">", "/dev/null", "2>&1"],
        ["|", "k"],
      ],
    );
  });

  it("sees commands behind keywords, brackets, comments and lines that go on", () => {
    const script =
      "# first\nif test -f x; then\n  apt-get \\\n  update\nfi\n(cd y && make) # end\n";
    expect(split(script)).toEqual([
      ["", "test", "-f", "x"],
      [";", "apt-get", "update"],
      ["", "cd", "y"],
      ["&&", "make"],
    ]);
    expect(split("for x in a b; do rm $x; done")).toEqual([["", "rm", "$x"]]);
  });

  it("keeps assignments apart, and tells where a command begins", () => {
    const script = "A=1 B='x y' make -j2 && C=3";
    expect(shellCommands(script)).toEqual([
      { words: ["make", "-j2"], assignments: ["A=1", "B=x y"], operator: "", offset: 0 },
      { words: [], assignments: ["C=3"], operator: "&&", offset: 24 },
    ]);
  });

  it("takes what is white and no blank of a shell for part of a word", () => {
    const words = ["make\u000b", "\u2028", "a\u00a0b"];
    expect(shellCommands(words.join(" "))).toMatchObject([{ words }]);
  });

  it("ends on whatever text, in no more commands than characters", () => {
    const signs = `ab "'\\$()\`;&|\n#{}=>\t\r\f\v\u00a0\u2028\ufeff`;
    const text = fc.string({ unit: fc.constantFrom(...signs), maxLength: 60 });
    fc.assert(
      fc.property(text, (script) => {
        expect(shellCommands(script).length).toBeLessThanOrEqual(script.length);
      }),
    );
    for (const piece of ["$(", "'\"", "\\\n", "a && ", "((", "`", ">&"]) {
      const work = (size: number) => shellCommands(piece.repeat(size));
      expect(growth(work, 12_500), piece).toBeLessThan(inProportion);
    }
  });
});

describe("packageCommand", () => {
  const commandOf = (script: string) => packageCommand(shellCommands(script)[0]!);

  it.each([
    ["apt-get install -y --no-install-recommends curl=7.88* ca-certificates", "apt", "curl"],
    ["sudo -E DEBIAN_FRONTEND=x apt-get -o Dpkg::Options::=--x install curl", "apt", "curl"],
    ["apk add --no-cache --virtual .build curl", "apk", "curl"],
    ["/usr/bin/microdnf install -y curl > /dev/null", "dnf", "curl"],
    ["zypper -n in curl", "zypper", "curl"],
  ])("reads %s", (script, manager, name) => {
    const command = commandOf(script)!;
    expect([command.manager, isInstall(command), command.packages[0]]).toEqual([
      manager,
      true,
      name,
    ]);
  });

  it("is nothing for other commands, and no installation for other verbs", () => {
    expect(commandOf("npm install curl")).toBeUndefined();
    expect(commandOf("constructor install curl")).toBeUndefined();
    expect(isInstall(commandOf("apt-get update")!)).toBe(false);
  });
});

describe("isBuildTool", () => {
  it("knows compilers and headers from what runs", () => {
    const names = [
      "gcc-12",
      "g++",
      "libpq-dev",
      "zlib-devel",
      "openjdk-21-jdk",
      "gcc-12-base",
      "libgcc-s1",
      "nodejs",
      "make",
    ];
    expect(names.filter(isBuildTool)).toEqual(
      names.filter((name) => !["gcc-12-base", "libgcc-s1", "nodejs"].includes(name)),
    );
    expect(names.filter(isCompiler)).toEqual(["gcc-12", "g++", "openjdk-21-jdk", "make"]);
  });
});
