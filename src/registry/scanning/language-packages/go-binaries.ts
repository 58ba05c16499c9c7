import { type FileAnalyzer, type FileReading, FileRefused } from "../file-analyzer.ts";
import type { LayerFile } from "../layer-file.ts";
import { ByteSearch } from "./byte-search.ts";
import { executableKind, kindBytes } from "./executable-kind.ts";
import { isExecutable } from "./file-paths.ts";
import { type GoBuild, goMark, isOldHeader, judgeGoBuild, oldGoBuild } from "./go-build-info.ts";
import { addGoPackages } from "./go-modules.ts";
import { HeldBytes } from "./held-bytes.ts";
import { maxHeldExecutableBytes } from "./language-limits.ts";
import { PackageList } from "./package-list.ts";

/**
 * What Go linked into an executable: the standard library, the modules, the main one among them; and into
 * executables that it carries as they are. An executable
 * without Go's build information is of another language (or packed): no packages. One whose information is
 * broken is refused; so is one of Go before 1.18 that is larger than what is held of it.
 */
export const goBinaries: FileAnalyzer = {
  name: "go",
  version: 1,
  wants: isExecutable,
  read: (file) => new GoReading(file),
};

/** How many places of the old format are tried: one is right, and chance makes few. */
const maxOldPlaces = 16;

class GoReading implements FileReading {
  /** For the old format alone, which points all over the file. */
  #held: HeldBytes | undefined;
  readonly #oldPlaces = new Set<number>();
  readonly #search: ByteSearch<GoBuild>;
  #kind: "unknown" | "other" | "executable" = "unknown";

  constructor(file: LayerFile) {
    this.#held = new HeldBytes(maxHeldExecutableBytes, file.sizeBytes);
    this.#search = new ByteSearch(goMark, (bytes, offset, isEnd) => {
      const isOld = isOldHeader(bytes, offset);
      if (isOld && this.#oldPlaces.size < maxOldPlaces) this.#oldPlaces.add(offset);
      return judgeGoBuild(bytes, offset, isEnd);
    });
  }

  push(piece: Uint8Array): boolean {
    this.#held?.push(piece);
    if (this.#kind === "unknown") this.#decideKind(this.#held?.bytes ?? piece);
    if (this.#kind === "other") return false;
    this.#search.push(piece);
    if (this.#search.found.length > 0) this.#held = undefined;
    return true;
  }

  #decideKind(start: Uint8Array): void {
    if (start.length < kindBytes) return;
    this.#kind = executableKind(start) === undefined ? "other" : "executable";
    if (this.#kind === "other") this.#held = undefined;
  }

  end() {
    const list = new PackageList();
    if (this.#kind !== "executable") return { packages: [] };
    this.#search.end();
    for (const build of this.#search.found) addGoPackages(build, list);
    const old = this.#search.found.length === 0 ? this.#oldBuild() : undefined;
    if (old !== undefined) addGoPackages(old, list);
    return { packages: list.packages };
  }

  #oldBuild(): GoBuild | undefined {
    if (this.#oldPlaces.size === 0 || this.#held === undefined) return undefined;
    if (!this.#held.isWhole) {
      const bytes = maxHeldExecutableBytes;
      throw new FileRefused(`built by Go before 1.18 and larger than ${bytes} bytes`);
    }
    for (const place of this.#oldPlaces) {
      const build = oldGoBuild(this.#held.bytes, place);
      if (build !== undefined) return build;
    }
    throw new FileRefused("Go's build information leads nowhere");
  }
}
