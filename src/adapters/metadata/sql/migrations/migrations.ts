import { migration0001 } from "./0001-registry.ts";
import type { Migration } from "./migration.ts";

/** In order; versions begin at 1 and leave none out. */
export const migrations: readonly Migration[] = [migration0001];
