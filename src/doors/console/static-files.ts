import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** One file of the built console, in the encodings that the build has made. */
export interface StaticFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
  /** Its name says what is in it: it never changes. */
  readonly isHashed: boolean;
}

/** Files by their paths below the console, `assets/index-ab12.js`. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  woff: "font/woff",
  woff2: "font/woff2",
};

/**
 * All files of a build, read once: they are few, and nothing that a request says becomes a path. Empty
 * where the console was not built.
 */
export function readStaticFiles(directory: string): StaticFiles {
  const files = new Map<string, StaticFile>();
  if (!statSync(join(directory, "index.html"), { throwIfNoEntry: false })?.isFile()) return files;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const type = types[/\.(\w+)$/.exec(entry.name)?.[1] ?? ""];
    if (!entry.isFile() || type === undefined) continue;
    const name = relative(directory, path).split(sep).join("/");
    files.set(name, {
      type,
      plain: readFileSync(path),
      br: readIfThere(`${path}.br`),
      gzip: readIfThere(`${path}.gz`),
      isHashed: name.startsWith("assets/"),
    });
  }
  return files;
}

function readIfThere(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(path);
}
