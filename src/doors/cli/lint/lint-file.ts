import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { nearest } from "../../../registry/policy/edit-distance.ts";
import { CommandError } from "../client.ts";
import { printable } from "../table.ts";
import { DockerfileError } from "./dockerfile.ts";
import { lintDockerfile } from "./lint-dockerfile.ts";
import type { LintReport } from "./lint-report.ts";

/** No Dockerfile is nearly as large. */
const mostBytes = 2 ** 20;
const usualNames = ["Dockerfile", "Containerfile"];
/** Wrong words, and what findings alone end with, are told apart. */
const exitCode = 2;

/**
 * Lints a Dockerfile, or the one of a directory.
 * @throws CommandError when there is none, or it cannot be read as one
 */
export async function lintFile(path: string, ignored: ReadonlySet<string>): Promise<LintReport> {
  const file = await dockerfileAt(path);
  const text = await textOf(file);
  try {
    return { file, findings: lintDockerfile(text, ignored) };
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    // It may quote what is in the file.
    throw new CommandError(`${file}:${error.line}: ${printable(error.message)}`, exitCode);
  }
}

async function dockerfileAt(path: string): Promise<string> {
  const entry = await entryAt(path);
  if (!entry.isDirectory()) return path;
  const names = await readdir(path);
  const name = usualNames.find((usual) => names.includes(usual));
  if (name !== undefined) return join(path, name);
  throw new CommandError(`${path} has neither a Dockerfile nor a Containerfile in it`, exitCode);
}

async function entryAt(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw new CommandError(`${path} cannot be read: ${code}`, exitCode);
    throw new CommandError(`there is no file ${path}${await meantText(path)}`, exitCode);
  }
}

/** What is beside it and nearly called so. */
async function meantText(path: string): Promise<string> {
  const directory = dirname(path);
  const names = await readdir(directory).catch(() => undefined);
  if (names === undefined) return `, and no directory ${directory}`;
  const name = nearest(basename(path), names.slice(0, 1000));
  if (name === undefined) return "";
  return `; did you mean ${directory === "." ? name : join(directory, name)}?`;
}

async function textOf(file: string): Promise<string> {
  const { size } = await entryAt(file);
  if (size > mostBytes) {
    throw new CommandError(
      `${file} is larger than ${mostBytes} bytes; is it a Dockerfile?`,
      exitCode,
    );
  }
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read: ${error.code}`, exitCode);
  });
  if (content.includes(0)) throw new CommandError(`${file} is no text`, exitCode);
  return content.toString("utf8");
}
