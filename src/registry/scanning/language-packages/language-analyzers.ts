import type { FileAnalyzer } from "../file-analyzer.ts";
import { bunLock } from "./bun-lock.ts";
import { composerLock, composerPackages } from "./composer-packages.ts";
import { condaPackages } from "./conda-packages.ts";
import { dotnetPackages } from "./dotnet-packages.ts";
import { embeddedSboms } from "./embedded-sboms.ts";
import { gemfileLock } from "./gemfile-lock.ts";
import { goBinaries } from "./go-binaries.ts";
import { javaArchives } from "./java-archives.ts";
import { npmLock } from "./npm-lock.ts";
import { npmPackages } from "./npm-packages.ts";
import { nugetLock } from "./nuget-lock.ts";
import { pnpmLock } from "./pnpm-lock.ts";
import { pythonPackages } from "./python-packages.ts";
import { rubyGems } from "./ruby-gems.ts";
import { rustBinaries } from "./rust-binaries.ts";
import { yarnLock } from "./yarn-lock.ts";

/** Those of files that tell what is installed. */
export const installedAnalyzers: readonly FileAnalyzer[] = [
  npmPackages,
  pythonPackages,
  goBinaries,
  rustBinaries,
  javaArchives,
  rubyGems,
  composerPackages,
  dotnetPackages,
  condaPackages,
  embeddedSboms,
];

/** Those of files that tell what would be installed: see `preferredPackages`. */
export const lockFileAnalyzers: readonly FileAnalyzer[] = [
  npmLock,
  yarnLock,
  pnpmLock,
  bunLock,
  gemfileLock,
  composerLock,
  nugetLock,
];

/** All that know packages of languages. */
export const languageAnalyzers: readonly FileAnalyzer[] = [
  ...installedAnalyzers,
  ...lockFileAnalyzers,
];
