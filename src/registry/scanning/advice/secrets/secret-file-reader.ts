import type { LayerFile } from "../../layer-file.ts";
import { adviceLimits } from "../advice-limits.ts";
import { findSecrets } from "./find-secrets.ts";
import type { FoundSecret } from "./found-secret.ts";
import { secretPath } from "./secret-paths.ts";

/** A secret in a file, by its line; never what it is. */
export interface SecretInFile extends Pick<FoundSecret, "kind" | "preview" | "isCertain" | "name"> {
  /** From 1. */
  readonly line: number;
}

/** Takes one file's content piece by piece, as a `FileReading` does. */
export interface SecretReading {
  /** Returns false once no more is wanted; `end` is called all the same. */
  push(piece: Uint8Array): boolean;
  end(): readonly SecretInFile[];
}

/**
 * Looks for secrets in files' content, for whoever reads layers: to be asked beside the analyzers. A reading
 * holds `secretWindowBytes` at most, ends after `secretFileBytes`, and takes binary files for free of secrets.
 */
export interface SecretFileReader {
  readonly name: string;
  /** Raised whenever it would find something else in the same file. */
  readonly version: number;
  /** Decides by path and size alone. Only called with files. */
  wants(file: LayerFile): boolean;
  read(file: LayerFile): SecretReading;
}

export const secretFileReader: SecretFileReader = {
  name: "secrets",
  version: 1,
  wants: ({ path, sizeBytes }) =>
    sizeBytes > 0 &&
    sizeBytes <= adviceLimits.secretFileBytes &&
    (secretPath(path) !== undefined || isSettings(path)),
  read: () => new WindowReading(),
};

const settingEndings = [".conf", ".cfg", ".ini", ".properties", ".json", ".yaml", ".yml", ".toml"]
  .concat([".xml", ".env", ".pem", ".key", ".sh", ".tf", ".tfvars", ".config"])
  .concat([".js", ".ts", ".py", ".rb", ".php"]);
/** Where distributions and package managers put files that are the same for everybody. */
const foreign =
  /^(usr\/(?!local\/(etc|src)\/|src\/app\/)|lib\/|bin\/|sbin\/|var\/lib\/|etc\/ssl\/certs\/|proc\/|sys\/)/;
const installed = /(^|\/)(node_modules|site-packages|dist-packages|gems|vendor)\//;

/** What people write themselves: settings and scripts outside of what packages bring. */
function isSettings(path: string): boolean {
  if (foreign.test(path) || installed.test(path)) return false;
  return settingEndings.some((ending) => path.endsWith(ending));
}

/** What of a window is looked at again with the next piece, so that a secret on its edge is found whole. */
const overlapCharacters = adviceLimits.secretWindowBytes / 4;

class WindowReading implements SecretReading {
  readonly #decoder = new TextDecoder("latin1");
  readonly #found = new Map<number, SecretInFile>();
  #text = "";
  /** Of the text, in the file. */
  #offset = 0;
  #line = 1;
  #bytes = 0;
  #isBinary = false;

  push(piece: Uint8Array): boolean {
    const left = adviceLimits.secretFileBytes - this.#bytes;
    const part = piece.subarray(0, left);
    this.#isBinary ||= part.includes(0);
    if (this.#isBinary) return false;
    this.#bytes += part.length;
    for (let at = 0; at < part.length; at += overlapCharacters) {
      // One byte is one character, whatever the encoding: secrets are ASCII.
      this.#text += this.#decoder.decode(part.subarray(at, at + overlapCharacters));
      if (this.#text.length >= adviceLimits.secretWindowBytes) this.#search(overlapCharacters);
    }
    return (
      this.#bytes < adviceLimits.secretFileBytes && this.#found.size < adviceLimits.secretsPerText
    );
  }

  end(): readonly SecretInFile[] {
    if (this.#isBinary) return [];
    this.#search(0);
    return [...this.#found.values()].slice(0, adviceLimits.secretsPerText);
  }

  /** All of the text; the last characters of it stay, and what begins in them is for the next time. */
  #search(keptCharacters: number): void {
    const done = this.#text.length - keptCharacters;
    let [line, counted] = [this.#line, 0];
    for (const { start, kind, preview, isCertain, name } of findSecrets(this.#text)) {
      if (start >= done) break;
      line += newlines(this.#text, counted, start);
      counted = start;
      const secret = { kind, preview, isCertain, line, ...(name !== undefined && { name }) };
      this.#found.set(this.#offset + start, secret);
    }
    this.#line = line + newlines(this.#text, counted, done);
    this.#text = this.#text.slice(done);
    this.#offset += done;
  }
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}
