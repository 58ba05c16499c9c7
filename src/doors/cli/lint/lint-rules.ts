import type { LintRule } from "./lint-finding.ts";
import { addInsteadOfCopy } from "./rules/add-instead-of-copy.ts";
import { aptAsks } from "./rules/apt-asks.ts";
import { aptRecommends } from "./rules/apt-recommends.ts";
import { aptUpdateAlone } from "./rules/apt-update-alone.ts";
import { buildToolsLeft } from "./rules/build-tools-left.ts";
import { cdInRun } from "./rules/cd-in-run.ts";
import { consecutiveRuns } from "./rules/consecutive-runs.ts";
import { copyBeforeInstall } from "./rules/copy-before-install.ts";
import { languageCachesLeft } from "./rules/language-caches-left.ts";
import { noHealthCheck } from "./rules/no-health-check.ts";
import { overriddenCommand } from "./rules/overridden-command.ts";
import { packageListsLeft } from "./rules/package-lists-left.ts";
import { packageUpgrade } from "./rules/package-upgrade.ts";
import { pipeWithoutPipefail } from "./rules/pipe-without-pipefail.ts";
import { pipedScript } from "./rules/piped-script.ts";
import { relativeWorkdir } from "./rules/relative-workdir.ts";
import { runsAsRoot } from "./rules/runs-as-root.ts";
import { secretFile } from "./rules/secret-file.ts";
import { secretInEnvironment } from "./rules/secret-in-environment.ts";
import { secretInHistory } from "./rules/secret-in-history.ts";
import { shellFormCommand } from "./rules/shell-form-command.ts";
import { sudo } from "./rules/sudo.ts";
import { unknownStage } from "./rules/unknown-stage.ts";
import { unpinnedBase } from "./rules/unpinned-base.ts";
import { wastedBytes } from "./rules/wasted-bytes.ts";

/** All that is looked for in a Dockerfile. */
export const lintRules: readonly LintRule[] = [
  secretInEnvironment,
  secretInHistory,
  secretFile,
  runsAsRoot,
  unknownStage,
  unpinnedBase,
  aptAsks,
  aptUpdateAlone,
  aptRecommends,
  packageListsLeft,
  packageUpgrade,
  languageCachesLeft,
  addInsteadOfCopy,
  copyBeforeInstall,
  pipeWithoutPipefail,
  pipedScript,
  buildToolsLeft,
  wastedBytes,
  consecutiveRuns,
  cdInRun,
  sudo,
  relativeWorkdir,
  overriddenCommand,
  shellFormCommand,
  noHealthCheck,
];
