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
import { migration0017 } from "./0017-finding-filters.ts";
import { migration0018 } from "./0018-gates.ts";
import { migration0019 } from "./0019-suppressions.ts";
import { migration0020 } from "./0020-image-sketches.ts";
import { migration0021 } from "./0021-secrets.ts";
import { migration0022 } from "./0022-replication.ts";
import { migration0023 } from "./0023-unpacked-layers.ts";
import { migration0024 } from "./0024-creation-templates.ts";
import { migration0025 } from "./0025-signing.ts";
import { migration0026 } from "./0026-public.ts";
import { migration0027 } from "./0027-search.ts";
import { migration0028 } from "./0028-pull-through-cache.ts";
import { migration0029 } from "./0029-replication-changes.ts";
import { migration0030 } from "./0030-private-gallery.ts";
import { migration0031 } from "./0031-trusted-signers.ts";
import { migration0032 } from "./0032-palette.ts";
import { migration0033 } from "./0033-sbom-exports.ts";
import { migration0034 } from "./0034-gallery-subscriptions.ts";
import { migration0035 } from "./0035-console-sign-on.ts";
import { migration0036 } from "./0036-former-tags.ts";
import { migration0037 } from "./0037-gallery-postings.ts";
import { migration0038 } from "./0038-turns-of-jobs.ts";
import { migration0039 } from "./0039-image-census.ts";
import { migration0040 } from "./0040-worst-findings.ts";
import { migration0041 } from "./0041-cache-usage.ts";
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
  migration0017,
  migration0018,
  migration0019,
  migration0020,
  migration0021,
  migration0022,
  migration0023,
  migration0024,
  migration0025,
  migration0026,
  migration0027,
  migration0028,
  migration0029,
  migration0030,
  migration0031,
  migration0032,
  migration0033,
  migration0034,
  migration0035,
  migration0036,
  migration0037,
  migration0038,
  migration0039,
  migration0040,
  migration0041,
];
