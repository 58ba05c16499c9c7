/** A thread that looks into layers with analyzers that do not end as they should. */
import { serveAnalyses } from "../../src/adapters/layer-analysis/serve-analyses.ts";
import type { FileAnalyzer } from "../../src/registry/scanning/file-analyzer.ts";

function analyzer(name: string, end: () => void): FileAnalyzer {
  return {
    name,
    version: 1,
    wants: ({ path }) => path === name,
    read: () => ({
      push: () => true,
      end: () => {
        end();
        return { packages: [] };
      },
    }),
  };
}

const kept: unknown[] = [];

serveAnalyses(
  [
    analyzer("spin", () => {
      for (;;) kept.length = 0;
    }),
    analyzer("hoard", () => {
      for (let each = 0; ; each++) kept.push({ each, more: String(each).repeat(10) });
    }),
    analyzer("exit", () => process.exit(3)),
  ],
  [],
);
