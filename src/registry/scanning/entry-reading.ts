import {
  type FileAnalyzer,
  type FileFindings,
  type FileReading,
  FileRefused,
} from "./file-analyzer.ts";
import type { LayerFile } from "./layer-file.ts";
import type { LayerRecords } from "./layer-records.ts";
import type { TarContent } from "./tar-reader.ts";

interface Open {
  readonly analyzer: string;
  readonly reading: FileReading;
  wantsMore: boolean;
}

/** One file's content on its way through the analyzers that want it. What fails one is no matter to others. */
export class EntryReading implements TarContent {
  readonly #file: LayerFile;
  readonly #records: LayerRecords;
  #open: Open[] = [];

  constructor(file: LayerFile, analyzers: readonly FileAnalyzer[], records: LayerRecords) {
    this.#file = file;
    this.#records = records;
    for (const analyzer of analyzers) {
      const { name } = analyzer;
      const reading = this.#try(name, () => analyzer.read(file));
      if (reading !== undefined) this.#open.push({ analyzer: name, reading, wantsMore: true });
    }
  }

  push(piece: Uint8Array): void {
    for (const open of this.#open) {
      if (!open.wantsMore) continue;
      const wantsMore = this.#try(open.analyzer, () => open.reading.push(piece));
      open.wantsMore = wantsMore === true;
      if (wantsMore === undefined) this.#open = this.#open.filter((each) => each !== open);
    }
  }

  end(): void {
    for (const { analyzer, reading } of this.#open) {
      const findings = this.#try(analyzer, (): FileFindings => reading.end());
      if (findings !== undefined) this.#records.record(this.#file.path, analyzer, findings);
    }
  }

  /** Undefined once the analyzer has failed, of which a note is made. */
  #try<Value>(analyzer: string, work: () => Value): Value | undefined {
    try {
      return work();
    } catch (error) {
      // Another error is a fault of ours, or memory that is short: the file is unread all the same.
      const reason =
        error instanceof FileRefused ? error.message : `not readable: ${String(error)}`;
      this.#records.refuse(this.#file.path, analyzer, reason);
      return undefined;
    }
  }
}
