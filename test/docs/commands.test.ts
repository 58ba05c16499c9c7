import { describe, expect, it } from "vitest";
import { commandPages } from "../../src/doors/cli/help/command-pages.ts";
import { type SettingName, settingNames, settings } from "../../src/settings/settings.ts";
import { CommandTree } from "../support/command-tree.ts";
import { codeBlocks, codeSpans, documents } from "../support/markdown.ts";
import { commandsOfLine, shellWords } from "../support/shell-words.ts";

const shells = ["sh", "bash", "shell", "console", "cron", ""];

/** Not settings: what tests and deploy/compose.yaml read. */
const others = [
  "ENTREPOT_CPUS",
  "ENTREPOT_IMAGE",
  "ENTREPOT_MEMORY",
  "ENTREPOT_OCI_CONFORMANCE",
  "ENTREPOT_TEST_S3_SERVER",
];

/** Feeds whose address the page leaves to its owner's name. */
const toldInWords: readonly SettingName[] = ["ENTREPOT_VULNDB_EPSS", "ENTREPOT_VULNDB_KEV"];

/** Labels of derived keys, which no one types. */
const labels = ["entrepot master key id"];

/** Calls of `entrepot` in what a reader is told to type. */
function calls() {
  return documents().flatMap(({ path, text }) =>
    codeBlocks(text)
      .filter(({ language }) => shells.includes(language))
      .flatMap(({ lines }) => commandsOfLine(lines))
      .map(({ words, number }) => ({ place: `${path}:${number}`, words })),
  );
}

describe("the documents", () => {
  it("name commands, options and arguments that there are", async () => {
    const tree = new CommandTree();
    const wrong: string[] = [];
    for (const { place, words } of calls()) {
      await tree.commandOf(words).catch((error: Error) => wrong.push(`${place}: ${error.message}`));
    }
    expect(wrong).toEqual([]);
  });

  it("name commands and options that there are, where a sentence names them", () => {
    const tree = new CommandTree();
    const wrong = documents()
      .filter(({ path }) => !path.startsWith("docs/adr/"))
      .flatMap(({ path, text }) =>
        codeSpans(text)
          .filter((code) => /^(npx )?entrepot [a-z]/.test(code) && !labels.includes(code))
          .flatMap((code) => {
            const [, ...words] = shellWords(code.replace(/^npx /, "").replace(/[<>|]/g, ""));
            const fault = tree.faultOf(words);
            return fault === undefined ? [] : `${path}: ${code}: ${fault}`;
          }),
      );
    expect(wrong).toEqual([]);
  });

  it("name settings that there are", () => {
    const known = new Set<string>([...settingNames, ...others]);
    const unknown = documents()
      .filter(({ path }) => !path.startsWith("docs/adr/"))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/ENTREPOT_[A-Z0-9]+(?:_[A-Z0-9]+)*/g)]
          .filter(([name]) => !known.has(name))
          .map(([name]) => `${path}: ${name}`),
      );
    expect(unknown).toEqual([]);
  });

  it("name every setting, with the default that it has", () => {
    const page = documents().find(({ path }) => path === "docs/settings.md")?.text ?? "";
    const rows = page.split("\n").filter((line) => line.startsWith("| `ENTREPOT_"));
    for (const name of settingNames) {
      const row = rows.find((line) => line.split(" | ")[0]?.includes(`\`${name}\``));
      expect(row, name).toBeDefined();
      const fallback = settings[name][1];
      if (fallback === undefined || fallback === "" || toldInWords.includes(name)) continue;
      expect(row?.split(" | ")[1], name).toContain(`\`${fallback}\``);
    }
  });
});

describe("the help of commands", () => {
  it("has an example for each, which is one of its own", async () => {
    const tree = new CommandTree();
    for (const command of tree.runnable()) {
      const examples = commandPages[command]?.examples ?? [];
      if (command !== "help") expect(examples, command).not.toEqual([]);
      for (const example of examples) {
        expect(await tree.commandOf(shellWords(example)), example).toBe(command);
      }
    }
  });

  it("has a page for each, and none for what is no command", () => {
    const tree = new CommandTree();
    const groups = tree.program.commands.map((command) => command.name());
    const known = [...groups, ...tree.runnable()];
    expect(Object.keys(commandPages).filter((words) => !known.includes(words))).toEqual([]);
    expect(
      tree
        .runnable()
        .filter((words) => words !== "help")
        .filter((words) => !hasPage(words)),
    ).toEqual([]);
  });
});

function hasPage(words: string): boolean {
  const [group = ""] = words.split(" ");
  return [words, group].some((name) => commandPages[name]?.page !== undefined);
}
