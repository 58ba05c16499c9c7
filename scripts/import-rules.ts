import { dirname, join } from "node:path/posix";
import { type Import, lineOf, type SourceFile } from "./source-scan.ts";

/** A breach of STYLE's "Who may import whom", or of the bans that come with it. */
export interface Breach {
  readonly path: string;
  readonly line: number;
  readonly sentence: string;
}

/** What each place may import of ours. A place is a folder of `src/`, or a file in `src/` itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  registry: ["registry", "ports"],
  ports: ["registry", "ports"],
  operations: ["operations", "registry", "ports"],
  workers: ["workers", "registry", "ports"],
  doors: ["doors", "operations", "registry", "ports"],
  adapters: ["adapters", "ports", "registry"],
  settings: ["settings", "registry", "ports"],
  "config.ts": ["settings", "registry"],
};

/** Folders whose sub-folders do not know each other. */
const walled = ["doors", "adapters"];

/** Places that take no package at all but these. */
const packagesOf: Readonly<Record<string, readonly string[]>> = {
  registry: [],
  ports: [],
  operations: ["zod"],
  workers: ["zod"],
};

/** Node's own modules that reach outside the process. */
const outside =
  /^node:(fs|net|http|https|http2|tls|dgram|dns|child_process|cluster|worker_threads|sqlite|process)(\/|$)/;
const httpLibrary = /^(fastify|@fastify\/.*)$/;
const sqlOrSdk = /^(kysely|pg|node:sqlite|@aws-sdk\/.*)(\/|$)/;

const bans: readonly [name: string, pattern: RegExp][] = [
  ["Date.now", /\bDate\s*\.\s*now\b/g],
  ["new Date()", /\bnew\s+Date\b(?!\s*\(\s*[^\s)])/g],
  ["Math.random", /\bMath\s*\.\s*random\b/g],
  ["process.env", /\bprocess\s*\.\s*env\b|\}\s*=\s*process\b/g],
];

/** Every breach in these files: all of `src`, and the tests, scripts and benchmarks that import it. */
export function findBreaches(files: readonly SourceFile[]): Breach[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const subjects = files.filter((file) => isSource(file.path) && !isTest(file.path));
  return [
    ...files.flatMap(importBreaches),
    ...subjects.flatMap(bannedWords),
    ...subjects.flatMap(barrels),
    ...cycles(subjects, byPath),
    ...orphans(files, byPath),
  ].sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

function importBreaches(file: SourceFile): Breach[] {
  return file.imports.flatMap((wanted) => {
    const sentence = wanted.specifier.startsWith(".")
      ? localBreach(file.path, wanted)
      : packageBreach(file.path, wanted);
    return sentence === undefined ? [] : [{ path: file.path, line: wanted.line, sentence }];
  });
}

function localBreach(path: string, wanted: Import): string | undefined {
  const target = resolve(path, wanted.specifier);
  if (path.startsWith("console/") && isSource(target)) {
    const allowed = wanted.typeOnly && target.startsWith("src/operations/");
    return allowed ? undefined : "console imports types from operations and nothing else of src";
  }
  if (!isSource(path) || isTest(path)) return undefined;
  if (target === "package.json") return undefined; // The version.
  if (!isSource(target)) return `src imports nothing outside src: ${target}`;
  const from = placeOf(path);
  const to = placeOf(target);
  if (to === "app.ts" && from !== "main.ts") return "app.ts is imported only by main.ts and tests";
  if (to === "store.ts" && !["main.ts", "app.ts", "server", "commands"].includes(from)) {
    return "store.ts is imported only by main.ts, app.ts, server, commands and tests";
  }
  if (to === "main.ts") return "main.ts is imported by nothing";
  if (from === "server" && to === "commands") return "server must not import commands";
  const allowed = mayImport[from];
  if (allowed !== undefined && !allowed.includes(to)) return `${from} must not import ${to}`;
  if (walled.includes(from) && from === to && partOf(path) !== partOf(target)) {
    return `${from}/${partOf(path)} must not import ${to}/${partOf(target)}`;
  }
  return undefined;
}

function packageBreach(path: string, wanted: Import): string | undefined {
  if (!isSource(path) || isTest(path)) return undefined;
  const { specifier } = wanted;
  const place = placeOf(path);
  const closed = packagesOf[place];
  if (closed !== undefined && outside.test(specifier)) {
    return `${place} reaches nothing outside the process: ${specifier}`;
  }
  // Shapes of the AWS API hold us to it; types are gone at run time.
  const shapes = wanted.typeOnly && specifier.startsWith("@aws-sdk/");
  if (shapes && place !== "registry" && place !== "ports") return undefined;
  if (closed !== undefined && !specifier.startsWith("node:") && !closed.includes(specifier)) {
    return closed.length === 0
      ? `${place} imports no package: ${specifier}`
      : `${place} imports no package but ${closed.join(", ")}: ${specifier}`;
  }
  if (httpLibrary.test(specifier) && place !== "doors" && place !== "app.ts") {
    return `the HTTP library lives in doors: ${specifier}`;
  }
  if (sqlOrSdk.test(specifier) && place !== "adapters") {
    return `SQL drivers and SDKs live in adapters: ${specifier}`;
  }
  if (specifier === "node:process" && place !== "adapters" && place !== "config.ts") {
    return "process.env is read by config.ts and adapters alone: node:process";
  }
  return undefined;
}

function bannedWords(file: SourceFile): Breach[] {
  const place = placeOf(file.path);
  if (place === "adapters" || place === "config.ts") return [];
  return bans.flatMap(([name, pattern]) =>
    [...file.code.matchAll(pattern)].map((match) => ({
      path: file.path,
      line: lineOf(file.code, match.index),
      sentence: `${name} is for adapters and config.ts; ask a port`,
    })),
  );
}

function barrels(file: SourceFile): Breach[] {
  if (file.path === "src/operations/index.ts") return [];
  const breach = (line: number, sentence: string) => [{ path: file.path, line, sentence }];
  if (/(^|\/)index\.ts$/.test(file.path)) return breach(1, "no barrel but operations/index.ts");
  const star = /(?<![.\w$])export\s+(?:type\s+)?\*/.exec(file.code);
  if (star !== null) return breach(lineOf(file.code, star.index), "no barrels: export *");
  const passedOn = file.imports.find((wanted) => wanted.kind === "re-export");
  const own =
    /(?<![.\w$])export\s+(?:default|const|let|function|async|class|abstract|type\s+\w|interface)/;
  if (passedOn === undefined || own.test(file.code)) return [];
  return breach(passedOn.line, "no barrels: this file only passes on what others export");
}

/** Each cycle once, told at the import that closes it. Types count: they tie files together too. */
function cycles(
  subjects: readonly SourceFile[],
  byPath: ReadonlyMap<string, SourceFile>,
): Breach[] {
  const breaches: Breach[] = [];
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const visit = (file: SourceFile) => {
    state.set(file.path, "open");
    trail.push(file.path);
    for (const wanted of file.imports) {
      if (wanted.kind === "worker") continue; // A thread of its own: nothing is half-loaded.
      const target = byPath.get(resolve(file.path, wanted.specifier));
      if (target === undefined || state.get(target.path) === "done") continue;
      if (state.get(target.path) === undefined) visit(target);
      else {
        const ring = [...trail.slice(trail.indexOf(target.path)), target.path].join(" -> ");
        breaches.push({ path: file.path, line: wanted.line, sentence: `cycle: ${ring}` });
      }
    }
    trail.pop();
    state.set(file.path, "done");
  };
  for (const file of subjects) if (!state.has(file.path)) visit(file);
  return breaches;
}

/** Files that neither the program nor another file's test needs. */
function orphans(files: readonly SourceFile[], byPath: ReadonlyMap<string, SourceFile>): Breach[] {
  const reached = new Set<string>();
  const reach = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    const file = byPath.get(path);
    for (const wanted of file?.imports ?? []) {
      const target = resolve(path, wanted.specifier);
      // A file is not needed because it has a test of its own.
      if (isTest(path) && target === path.replace(/\.test\.ts$/, ".ts")) continue;
      reach(target);
    }
  };
  reach("src/main.ts");
  for (const file of files) if (!isSource(file.path) || isTest(file.path)) reach(file.path);
  return files
    .filter((file) => isSource(file.path) && !reached.has(file.path))
    .map(({ path }) => ({
      path,
      line: 1,
      sentence: "orphan: nothing that runs imports this file",
    }));
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith(".") ? join(dirname(path), specifier) : specifier;
}

function isSource(path: string): boolean {
  return path.startsWith("src/");
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** `registry`, `doors`, … or the name of a file that stands in `src/` itself. */
function placeOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** The `x` of `doors/x/…` and `adapters/x/…`; of a file right in the folder, its name. */
function partOf(path: string): string {
  return (path.split("/")[2] ?? "").replace(/\.ts$/, "");
}
