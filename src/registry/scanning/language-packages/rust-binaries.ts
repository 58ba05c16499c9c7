import { inflateSync } from "node:zlib";
import { type FileAnalyzer, type FileReading, FileRefused } from "../file-analyzer.ts";
import type { LayerFile } from "../layer-file.ts";
import { ByteSearch } from "./byte-search.ts";
import { elfSection } from "./elf-section.ts";
import { executableKind, kindBytes } from "./executable-kind.ts";
import { isExecutable } from "./file-paths.ts";
import { HeldBytes } from "./held-bytes.ts";
import { maxCargoListBytes, maxHeldExecutableBytes } from "./language-limits.ts";
import { PackageList } from "./package-list.ts";
import { asText, listOrRefused, objectOrRefused, recordedObject } from "./recorded-json.ts";

/**
 * What cargo-auditable says was linked into an ELF executable, the program's own crate included; what only ran
 * while it was built is left out. An executable without its section is no package. One with a broken section is
 * refused; so is one that has it and is larger than what is held of it. Source: cargo-auditable's PARSING.md
 */
export const rustBinaries: FileAnalyzer = {
  name: "rust",
  version: 1,
  wants: isExecutable,
  read: (file) => new RustReading(file),
};

const sectionName = ".dep-v0";
/** As it stands among the names of sections. */
const sectionMark = Buffer.from(`\0${sectionName}\0`, "latin1");

class RustReading implements FileReading {
  #held: HeldBytes | undefined;
  #kind: "unknown" | "other" | "elf" = "unknown";
  /** Whether the name is anywhere in it: for files of which not all is held. */
  readonly #nameSearch = new ByteSearch(sectionMark, () => ({
    found: true,
    bytes: sectionMark.length,
  }));

  constructor(file: LayerFile) {
    this.#held = new HeldBytes(maxHeldExecutableBytes, file.sizeBytes);
  }

  push(piece: Uint8Array): boolean {
    this.#held?.push(piece);
    if (this.#kind === "unknown") this.#decideKind(this.#held?.bytes ?? piece);
    if (this.#kind === "other") return false;
    if (!this.#hasName) this.#nameSearch.push(piece);
    return true;
  }

  get #hasName(): boolean {
    return this.#nameSearch.found.length > 0;
  }

  #decideKind(start: Uint8Array): void {
    if (start.length < kindBytes) return;
    this.#kind = executableKind(start) === "elf" ? "elf" : "other";
    if (this.#kind === "other") this.#held = undefined;
  }

  end() {
    if (this.#kind !== "elf" || this.#held === undefined || !this.#hasName) {
      return { packages: [] };
    }
    if (!this.#held.isWhole) {
      throw new FileRefused(`an auditable executable of more than ${maxHeldExecutableBytes} bytes`);
    }
    const section = elfSection(this.#held.bytes, sectionName);
    return { packages: section === undefined ? [] : cratesIn(section) };
  }
}

function cratesIn(section: Uint8Array) {
  const list = new PackageList();
  const audit = recordedObject(inflated(section));
  for (const value of listOrRefused(audit.packages, "packages")) {
    const crate = objectOrRefused(value, "an entry of packages");
    if (crate.kind === "build") continue;
    list.add({
      type: "cargo",
      name: asText(crate.name) ?? "",
      version: asText(crate.version) ?? "",
    });
  }
  return list.packages;
}

function inflated(section: Uint8Array): Uint8Array {
  try {
    return inflateSync(section, { maxOutputLength: maxCargoListBytes });
  } catch {
    throw new FileRefused(`${sectionName} is no zlib data, or inflates to too much`);
  }
}
