import { FileRefused } from "../file-analyzer.ts";
import {
  freeInflatedBytes,
  maxArchiveMembers,
  maxInflatedBytes,
  maxInflationRatio,
  maxNestedArchives,
  maxOpenArchiveBytes,
} from "./language-limits.ts";

/** What may still be taken from one archive and from all inside of it, however they nest. */
export class InflationBudget {
  readonly #archiveBytes: number;
  #inflatedBytes = 0;
  #openBytes: number;
  #members = 0;
  #archives = 0;

  constructor(archiveBytes: number) {
    this.#archiveBytes = archiveBytes;
    this.#openBytes = archiveBytes;
  }

  /** @throws FileRefused */
  takeMember(): void {
    if (++this.#members > maxArchiveMembers) {
      throw new FileRefused(`more than ${maxArchiveMembers} members`);
    }
  }

  /** @throws FileRefused */
  takeArchive(): void {
    if (++this.#archives > maxNestedArchives) {
      throw new FileRefused(`more than ${maxNestedArchives} archives inside`);
    }
  }

  /** Before so many bytes are inflated. @throws FileRefused */
  takeBytes(bytes: number): void {
    this.#inflatedBytes += bytes;
    if (this.#inflatedBytes > maxInflatedBytes) {
      throw new FileRefused(`more than ${maxInflatedBytes} bytes inside`);
    }
    const ratio = this.#inflatedBytes / Math.max(1, this.#archiveBytes);
    if (this.#inflatedBytes > freeInflatedBytes && ratio > maxInflationRatio) {
      throw new FileRefused(`inflates to more than ${maxInflationRatio} times its size`);
    }
  }

  /** Calls `use` while so many bytes of an inflated archive are held. @throws FileRefused */
  whileOpen(bytes: number, use: () => void): void {
    this.#openBytes += bytes;
    if (this.#openBytes > maxOpenArchiveBytes) {
      throw new FileRefused(`archives of more than ${maxOpenArchiveBytes} bytes nest`);
    }
    use();
    this.#openBytes -= bytes;
  }
}
