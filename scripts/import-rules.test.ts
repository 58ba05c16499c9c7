import { describe, expect, it } from "vitest";
import { findBreaches } from "./import-rules.ts";
import { blankLiterals, scanSource } from "./source-scan.ts";

/** The sentences for a small tree; `main.ts` reaches every file, so that only the case's rule speaks. */
function sentences(tree: Record<string, string>): string[] {
  const imports = Object.keys(tree)
    .filter((path) => path.startsWith("src/") && !path.endsWith(".test.ts"))
    .map((path) => `new URL("./${path.slice(4)}", import.meta.url);`);
  const whole = { ...tree, "src/main.ts": `${tree["src/main.ts"] ?? ""}\n${imports.join("\n")}` };
  return breaches(whole);
}

function breaches(tree: Record<string, string>): string[] {
  const files = Object.entries(tree).map(([path, text]) => scanSource(path, text));
  return findBreaches(files).map(({ path, line, sentence }) => `${path}:${line} ${sentence}`);
}

describe("the import rules catch", () => {
  const cases: readonly [rule: string, path: string, text: string, sentence: string][] = [
    [
      "a registry that imports an operation",
      "src/registry/a.ts",
      'import { x } from "../operations/x.ts";',
      "registry must not import operations",
    ],
    [
      "a port that imports an adapter, though only its type",
      "src/ports/a.ts",
      'import type { X } from "../adapters/x/y.ts";',
      "ports must not import adapters",
    ],
    [
      "an operation that imports a door",
      "src/operations/a.ts",
      'import { x } from "../doors/aws/x.ts";',
      "operations must not import doors",
    ],
    [
      "a worker that imports an operation",
      "src/workers/a.ts",
      'import { x } from "../operations/x.ts";',
      "workers must not import operations",
    ],
    [
      "a door that imports another door",
      "src/doors/aws/a.ts",
      'import { x } from "../distribution/x.ts";',
      "doors/aws must not import doors/distribution",
    ],
    [
      "a door that imports an adapter",
      "src/doors/aws/a.ts",
      'import { x } from "../../adapters/keys/x.ts";',
      "doors must not import adapters",
    ],
    [
      "an adapter that imports another adapter",
      "src/adapters/blobs/a.ts",
      'import { x } from "../keys/x.ts";',
      "adapters/blobs must not import adapters/keys",
    ],
    [
      "a package in the registry",
      "src/registry/a.ts",
      'import { z } from "zod";',
      "registry imports no package: zod",
    ],
    [
      "the file system in the registry",
      "src/registry/a.ts",
      'import { open } from "node:fs/promises";',
      "registry reaches nothing outside the process: node:fs/promises",
    ],
    [
      "the network in a port",
      "src/ports/a.ts",
      'import net from "node:net";',
      "ports reaches nothing outside the process: node:net",
    ],
    [
      "a package beside zod in an operation",
      "src/operations/a.ts",
      'import pino from "pino";',
      "operations imports no package but zod: pino",
    ],
    [
      "the HTTP library in an adapter",
      "src/adapters/x/a.ts",
      'import fastify from "fastify";',
      "the HTTP library lives in doors: fastify",
    ],
    [
      "an SQL driver in a door",
      "src/doors/aws/a.ts",
      'import { DatabaseSync } from "node:sqlite";',
      "SQL drivers and SDKs live in adapters: node:sqlite",
    ],
    [
      "an SDK in a door",
      "src/doors/aws/a.ts",
      'import { S3Client } from "@aws-sdk/client-s3";',
      "SQL drivers and SDKs live in adapters: @aws-sdk/client-s3",
    ],
    [
      "the composition root in a door",
      "src/doors/cli/a.ts",
      'import { app } from "../../app.ts";',
      "app.ts is imported only by main.ts and tests",
    ],
    [
      "a dynamic import",
      "src/registry/a.ts",
      'const x = await import("../workers/x.ts");',
      "registry must not import workers",
    ],
    [
      "an import over several lines",
      "src/registry/a.ts",
      'import {\n  x,\n  type Y,\n} from "../workers/x.ts";',
      "registry must not import workers",
    ],
    [
      "a re-export that passes a border",
      "src/registry/a.ts",
      'export const b = 1;\nexport { x } from "../workers/x.ts";',
      "registry must not import workers",
    ],
    [
      "a test support file in src",
      "src/registry/a.ts",
      'import { x } from "../../test/support/x.ts";',
      "src imports nothing outside src: test/support/x.ts",
    ],
    [
      "a server that knows a command",
      "src/server/a.ts",
      'import { b } from "../commands/b.ts";',
      "server must not import commands",
    ],
    [
      "the stores, opened by a door",
      "src/doors/aws/a.ts",
      'import { openStore } from "../../store.ts";',
      "store.ts is imported only by main.ts, app.ts, server, commands and tests",
    ],
    [
      "a setting that knows how it is used",
      "src/settings/a.ts",
      'import { b } from "../workers/b.ts";',
      "settings must not import workers",
    ],
    [
      "Date.now",
      "src/registry/a.ts",
      "export const now = Date.now();",
      "Date.now is for adapters and config.ts; ask a port",
    ],
    [
      "new Date()",
      "src/doors/aws/a.ts",
      "export const now = new Date();",
      "new Date() is for adapters and config.ts; ask a port",
    ],
    [
      "Math.random",
      "src/workers/a.ts",
      "export const x = Math.random();",
      "Math.random is for adapters and config.ts; ask a port",
    ],
    [
      "process.env",
      "src/app.ts",
      "export const x = process.env.HOME;",
      "process.env is for adapters and config.ts; ask a port",
    ],
    [
      "process.env taken apart",
      "src/app.ts",
      "const { env } = process;",
      "process.env is for adapters and config.ts; ask a port",
    ],
    [
      "an index file",
      "src/registry/index.ts",
      "export const a = 1;",
      "no barrel but operations/index.ts",
    ],
    ["export *", "src/registry/a.ts", 'export * from "./b.ts";', "no barrels: export *"],
    [
      "a file that only passes on",
      "src/registry/a.ts",
      'export { b } from "./b.ts";',
      "no barrels: this file only passes on what others export",
    ],
  ];
  it.each(cases)("%s", (_rule, path, text, sentence) => {
    const found = sentences({ [path]: text });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${path.replaceAll(".", "\\.")}:\\d+ `));
    expect(found[0]).toContain(sentence);
  });

  it("a cycle, told once at the import that closes it", () => {
    const found = sentences({
      "src/registry/a.ts": 'import { b } from "./b.ts";',
      "src/registry/b.ts": '\nimport type { A } from "./a.ts";',
    });
    const ring = "src/registry/a.ts -> src/registry/b.ts -> src/registry/a.ts";
    expect(found).toEqual([`src/registry/b.ts:2 cycle: ${ring}`]);
  });

  it("a file that only its own test imports", () => {
    const found = breaches({
      "src/main.ts": "",
      "src/registry/a.ts": "export const a = 1;",
      "src/registry/a.test.ts": 'import { a } from "./a.ts";',
    });
    expect(found).toEqual(["src/registry/a.ts:1 orphan: nothing that runs imports this file"]);
  });

  it("anything of src that the console imports beside types of operations", () => {
    const found = breaches({
      "src/main.ts": 'import "./operations/x.ts";',
      "src/operations/x.ts": "export const x = 1;",
      "console/src/api.ts": 'import { x } from "../../src/operations/x.ts";',
    });
    const sentence = "console imports types from operations and nothing else of src";
    expect(found).toEqual([`console/src/api.ts:1 ${sentence}`]);
  });

  it("the line of the breach", () => {
    const text = '// One\n/* two\n three */\nimport { z } from "zod";\n';
    expect(sentences({ "src/ports/a.ts": text })).toEqual([
      "src/ports/a.ts:4 ports imports no package: zod",
    ]);
  });
});

describe("the import rules allow", () => {
  it.each([
    ["node:crypto in the registry", "src/registry/a.ts", 'import { hash } from "node:crypto";'],
    ["zod in an operation", "src/operations/a.ts", 'import { z } from "zod";'],
    [
      "types of the AWS API in an operation",
      "src/operations/a.ts",
      'import type { Image } from "@aws-sdk/client-ecr";',
    ],
    [
      "the HTTP library in a door",
      "src/doors/aws/a.ts",
      'import type { FastifyInstance } from "fastify";',
    ],
    ["the table as an index", "src/operations/index.ts", 'export { a } from "./ecr/a.ts";'],
    [
      "a date made from a number",
      "src/doors/aws/a.ts",
      "export const d = (ms: number) => new Date(ms);",
    ],
    ["the clock in an adapter", "src/adapters/clock/a.ts", "export const now = () => Date.now();"],
    ["the environment in config.ts", "src/config.ts", "export const home = process.env.HOME;"],
    [
      "anything in a test",
      "src/registry/a.test.ts",
      'import { x } from "../adapters/x.ts"; Date.now();',
    ],
    [
      "banned words in comments and strings",
      "src/registry/a.ts",
      '// Date.now\nexport const a = "process.env";',
    ],
    [
      "imports in comments and templates",
      "src/registry/a.ts",
      '/* import "zod" */ export const a = `import x from "zod"`;',
    ],
  ])("%s", (_what, path, text) => {
    expect(sentences({ [path]: text })).toEqual([]);
  });
});

describe("blankLiterals", () => {
  it("keeps every line and column", () => {
    const text =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a program.
      'const a = "x😀y"; // 😀\nconst b = /["\'`/]+/.test(`p${a + `q${"}"}`}r`) / 2;\nDate.now();';
    const blanked = blankLiterals(text);
    expect(blanked).toHaveLength(text.length);
    expect(blanked.indexOf("Date.now")).toBe(text.indexOf("Date.now"));
    expect(blanked).toContain("a + `");
    expect(blanked).not.toContain("x");
  });
});
