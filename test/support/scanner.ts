import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IndexDirectory } from "../../src/adapters/advisories/index-directory.ts";
import { LayerAnalysisThreads } from "../../src/adapters/layer-analysis/layer-analysis-threads.ts";
import type { Ports } from "../../src/ports/ports.ts";

/** What looks into layers, and no advisories: neither does anything before it is asked. */
export function idleScanner(): Pick<Ports, "layerAnalysis" | "vulnerabilities"> {
  return {
    layerAnalysis: new LayerAnalysisThreads(1),
    vulnerabilities: new IndexDirectory(join(tmpdir(), "entrepot-no-advisories"), undefined),
  };
}

/** Advisories that a test brings, which can be replaced. */
export class TestAdvisories {
  readonly database: IndexDirectory;
  readonly #directory: string;
  #imports = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.database = new IndexDirectory(join(directory, "vulndb"), undefined);
  }

  static async open(): Promise<TestAdvisories> {
    return new TestAdvisories(await mkdtemp(join(tmpdir(), "entrepot-advisories-")));
  }

  /** Records as OSV has them, over those that are there. */
  async import(...records: readonly object[]): Promise<void> {
    const path = join(this.#directory, `${++this.#imports}.json`);
    await writeFile(path, JSON.stringify(records));
    await this.database.import({
      ...{ inputs: [path], replaced: [], followed: {}, builtAt: this.#imports },
    });
  }

  /** A day's likelihoods: rows of a CVE, its score and its percentile. */
  async importEpss(...rows: readonly string[]): Promise<void> {
    const head = "#model_version:v1,score_date:2026-08-10T00:00:00+0000\ncve,epss,percentile\n";
    const path = join(this.#directory, "epss_scores-current.csv");
    await writeFile(path, `${head}${rows.join("\n")}\n`);
    await this.database.import({
      ...{ inputs: [path], replaced: [], followed: {}, builtAt: ++this.#imports },
    });
  }

  async close(): Promise<void> {
    this.database.close();
    await rm(this.#directory, { recursive: true });
  }
}
