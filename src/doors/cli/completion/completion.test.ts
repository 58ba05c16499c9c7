/** The scripts, as the shells themselves read them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { printed } from "../../../../test/support/command-tree.ts";

const directory = mkdtempSync(join(tmpdir(), "entrepot-completion-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** What a shell prints that is told to complete the last of the words. */
type Complete = (script: string, ...words: readonly string[]) => string[];

function linesOf(shell: string, args: readonly string[], input: string): string[] {
  const { stdout, stderr, status } = spawnSync(shell, args, { input, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").filter((line) => line !== "");
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

const inBash: Complete = (script, ...words) =>
  linesOf(
    "bash",
    ["--norc"],
    `${script}
COMP_WORDS=(entrepot ${quoted(words)}); COMP_CWORD=${words.length}
_entrepot
printf '%s\\n' "\${COMPREPLY[@]}"`,
  );

/** Without a terminal zsh completes nothing: what the script calls is said to be called. */
const inZsh: Complete = (script, ...words) =>
  linesOf(
    "zsh",
    ["-f"],
    `compdef() {}
_describe() { [[ $1 == -o ]] && shift; print -l -- "\${(@P)2}" }
_files() { print -- files }
compadd() { shift; print -l -- "$@" }
${script}
words=(entrepot ${quoted(words)}); CURRENT=${words.length + 1}; PREFIX='${words.at(-1)}'
_entrepot`,
  ).map((line) => line.replace(/:.*/, ""));

/** fish reads no script from a socket, which is what Node.js gives for standard input. */
const inFish: Complete = (script, ...words) => {
  const file = join(directory, "entrepot.fish");
  writeFileSync(file, script);
  const commands = `source ${file}; complete -C 'entrepot ${words.join(" ")}'`;
  const lines = linesOf("fish", ["--no-config", "-c", commands], "");
  return lines.map((line) => line.replace(/\t.*/, ""));
};

describe.each([
  ["bash", inBash],
  ["zsh", inZsh],
  ["fish", inFish],
] as const)("the completion of %s", (shell, complete) => {
  const isMissing = spawnSync(shell, ["--version"]).status !== 0;
  let script: string;
  beforeAll(async () => {
    script = await printed("completion", shell);
  });
  if (isMissing) console.log(`Not run: completion in ${shell}, which is not installed.`);

  it.skipIf(isMissing)("offers commands, and those of a group", () => {
    expect(complete(script, "")).toEqual(expect.arrayContaining(["serve", "audit", "can"]));
    expect(complete(script, "audit", "").toSorted()).toEqual(["list", "public-keys", "verify"]);
    expect(complete(script, "quota", "service", "")).toContain("reset");
  });

  it.skipIf(isMissing)(
    "offers a command's own options, and of settings those that it shows",
    () => {
      const options = complete(script, "audit", "list", "--");
      expect(options).toEqual(expect.arrayContaining(["--since", "--json", "--data"]));
      expect(options).not.toContain("--trusted-proxy");
      expect(complete(script, "serve", "--")).toContain("--trusted-proxy");
    },
  );

  it.skipIf(isMissing)("offers the values that an option or an argument may have", () => {
    const formats = complete(script, "audit", "list", "--format", "");
    expect(formats.toSorted()).toEqual(["csv", "ndjson", "table"]);
    expect(complete(script, "completion", "").toSorted()).toEqual(["bash", "fish", "zsh"]);
  });

  it.skipIf(isMissing)("takes a value for no command", () => {
    expect(complete(script, "user", "create", "list", "--")).toContain("--policy-file");
  });
});
