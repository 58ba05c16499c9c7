import type { ReviewRule } from "./review-rule.ts";
import { buildToolsLeft } from "./rules/build-tools-left.ts";
import { gitDirectory } from "./rules/git-directory.ts";
import { languageCachesLeft } from "./rules/language-caches-left.ts";
import { laterBase } from "./rules/later-base.ts";
import { manyLayers } from "./rules/many-layers.ts";
import { missingLabels } from "./rules/missing-labels.ts";
import { noHealthCheck } from "./rules/no-health-check.ts";
import { outdatedBase } from "./rules/outdated-base.ts";
import { packageListsLeft } from "./rules/package-lists-left.ts";
import { remoteShellPort } from "./rules/remote-shell-port.ts";
import { runsAsRoot } from "./rules/runs-as-root.ts";
import { secretFile } from "./rules/secret-file.ts";
import { secretInEnvironment } from "./rules/secret-in-environment.ts";
import { secretInHistory } from "./rules/secret-in-history.ts";
import { unexpectedSetuid } from "./rules/unexpected-setuid.ts";
import { unpinnedBase } from "./rules/unpinned-base.ts";
import { wastedBytes } from "./rules/wasted-bytes.ts";
import { worldWritable } from "./rules/world-writable.ts";

/** All that is looked for. */
export const adviceRules: readonly ReviewRule[] = [
  secretInEnvironment,
  secretInHistory,
  secretFile,
  gitDirectory,
  runsAsRoot,
  unexpectedSetuid,
  worldWritable,
  remoteShellPort,
  unpinnedBase,
  outdatedBase,
  laterBase,
  buildToolsLeft,
  packageListsLeft,
  languageCachesLeft,
  wastedBytes,
  manyLayers,
  noHealthCheck,
  missingLabels,
];
