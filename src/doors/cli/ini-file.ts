import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The text with these keys in that section, and without those that are undefined; everything else
 * stays as it is, comments and order too.
 * A section that is absent is added at the end. The format of AWS: nested settings are indented.
 */
export function withSection(
  text: string,
  section: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const start = lines.findIndex((line) => sectionOf(line) === section);
  const settings = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${value}`);
  if (start === -1) {
    const gap = lines.length > 0 && lines.at(-1)?.trim() !== "" ? [""] : [];
    return `${[...lines, ...gap, `[${section}]`, ...settings].join("\n")}\n`;
  }
  const next = lines.findIndex((line, index) => index > start && sectionOf(line) !== undefined);
  const end = next === -1 ? lines.length : next;
  const kept: string[] = [];
  let isDropping = false;
  for (const line of lines.slice(start + 1, end)) {
    // What is indented belongs to the setting above it.
    if (!/^\s+\S/.test(line)) isDropping = Object.hasOwn(values, keyOf(line) ?? "");
    if (!isDropping) kept.push(line);
  }
  return `${[...lines.slice(0, start + 1), ...settings, ...kept, ...lines.slice(end)].join("\n")}\n`;
}

/** The settings of one section; nested ones are left out. */
export function readSection(text: string, section: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let isInside = false;
  for (const line of text.split("\n")) {
    const name = sectionOf(line);
    if (name !== undefined) isInside = name === section;
    const key = keyOf(line);
    if (isInside && key !== undefined) found.set(key, line.slice(line.indexOf("=") + 1).trim());
  }
  return found;
}

function sectionOf(line: string): string | undefined {
  const name = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
  return name?.trim().replace(/\s+/g, " ");
}

function keyOf(line: string): string | undefined {
  return /^([^\s#;[=][^=]*?)\s*=/.exec(line)?.[1];
}

/** The file's text; "" when it is absent. */
export async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Replaces the file, or what a link of that name points to, as a whole; its mode stays. */
export async function writeTextFile(file: string, text: string, newMode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const existing = await stat(file).catch(absent);
  const target = existing === undefined ? file : await realpath(file);
  const mode = existing === undefined ? newMode : existing.mode & 0o777;
  const incoming = `${target}.${randomUUID()}`;
  try {
    const handle = await open(incoming, "wx", mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(incoming, target);
  } finally {
    await rm(incoming, { force: true });
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
