import { alpineRepositories, distributionFiles } from "./distribution.ts";
import type { FileAnalyzer } from "./file-analyzer.ts";
import { languageAnalyzers } from "./language-packages/language-analyzers.ts";
import { apkInstalled } from "./system-packages/apk-installed.ts";
import { dpkgFiles } from "./system-packages/dpkg-files.ts";
import { dpkgStatus, opkgStatus } from "./system-packages/dpkg-status.ts";
import { rpmDatabase } from "./system-packages/rpm-database.ts";

/** All ways in which packages are looked for. */
export const analyzers: readonly FileAnalyzer[] = [
  dpkgStatus,
  dpkgFiles,
  opkgStatus,
  apkInstalled,
  rpmDatabase,
  ...languageAnalyzers,
];

/** Files that tell the distribution, or which part of it packages are from. */
export const systemFiles: readonly string[] = [...distributionFiles, alpineRepositories];
