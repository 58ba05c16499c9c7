import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { FileRefused } from "../../../registry/scanning/file-analyzer.ts";
import { outsideLimits } from "../../../registry/scanning/outside/outside-limits.ts";
import { type FileWaiver, readWaiverFile } from "../../../registry/scanning/outside/waiver-file.ts";
import { sbomLimits } from "../../../registry/scanning/sbom/sbom-limits.ts";
import { readCsafVex } from "../../../registry/scanning/sbom/vex/read-csaf-vex.ts";
import { readOpenVex } from "../../../registry/scanning/sbom/vex/read-openvex.ts";
import { statementsByName } from "../../../registry/scanning/sbom/vex/statements-by-name.ts";
import type { VexStatement } from "../../../registry/scanning/sbom/vex/vex-statement.ts";
import type { NamedStatements } from "../../../registry/scanning/suppressions/vex-suppression.ts";
import { CommandError } from "../client.ts";

/** Waivers of one file, by the name that it was given by. */
export interface WaiverSource {
  readonly file: string;
  readonly waivers: readonly FileWaiver[];
}

/** @throws CommandError for what is no such file */
export async function readWaivers(file: string): Promise<WaiverSource> {
  const content = await contentOf(file, outsideLimits.waiverBytes);
  const waivers = refusing(file, () => readWaiverFile(content.toString("utf8")));
  return { file, waivers };
}

/** OpenVEX, CSAF or CycloneDX. @throws CommandError for what is none of them */
export async function readVex(file: string): Promise<NamedStatements> {
  const content = await contentOf(file, sbomLimits.documentBytes);
  const statements = refusing(file, () => statementsOf(content));
  return { id: basename(file), byName: statementsByName(statements) };
}

function statementsOf(content: Uint8Array): VexStatement[] {
  try {
    return readOpenVex(content);
  } catch (error) {
    // What has no such context may be of the other kind; then that one says what is wrong with it.
    const isOther = error instanceof FileRefused && error.message === "is no OpenVEX 0.2.0";
    if (!isOther) throw error;
    return readCsafVex(content);
  }
}

async function contentOf(file: string, maxBytes: number): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new CommandError(`${file} is larger than ${maxBytes} bytes`, 2);
    return await readFile(file);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file} can not be read: ${(error as Error).message}`, 2);
  }
}

function refusing<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    throw new CommandError(`${file}: ${error.message}`, 2);
  }
}
