import { migration0001 } from "./0001-registry.ts";
import { migration0002 } from "./0002-shared-store.ts";
import { migration0003 } from "./0003-last-commits.ts";
import { migration0004 } from "./0004-leases-and-jobs.ts";
import { migration0005 } from "./0005-identity.ts";
import { migration0006 } from "./0006-kms.ts";
import { migration0007 } from "./0007-trash.ts";
import { migration0008 } from "./0008-lifecycle.ts";
import { migration0009 } from "./0009-quotas.ts";
import { migration0010 } from "./0010-events.ts";
import { migration0011 } from "./0011-event-rules.ts";
import { migration0012 } from "./0012-audit.ts";
import { migration0013 } from "./0013-usage.ts";
import { migration0014 } from "./0014-costs.ts";
import { migration0015 } from "./0015-trails.ts";
import { migration0016 } from "./0016-scanning.ts";
import type { Migration } from "./migration.ts";

/** In the order of their versions. */
export const migrations: readonly Migration[] = [
  migration0001,
  migration0002,
  migration0003,
  migration0004,
  migration0005,
  migration0006,
  migration0007,
  migration0008,
  migration0009,
  migration0010,
  migration0011,
  migration0012,
  migration0013,
  migration0014,
  migration0015,
  migration0016,
];
