/**
 * With `ENTREPOT_TEST_STORES=fleet` a data directory of a test stands for a database and a place in a
 * bucket of its own: written down in it, so that whoever opens the directory again finds the same.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { sharedDatabase, sharedS3 } from "./shared-servers.ts";

export const isFleet = process.env.ENTREPOT_TEST_STORES === "fleet";

export type Settings = Readonly<Record<string, string>>;

/** Settings by their environment names, and the credentials of the bucket; none but in a fleet. */
export async function fleetSettings(directory: string): Promise<Settings> {
  if (!isFleet) return {};
  const file = join(directory, "stores.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Settings;
  const s3 = await sharedS3();
  const endpoint = encodeURIComponent(s3.endpoint);
  const settings = {
    ENTREPOT_DATABASE: await sharedDatabase("durable database"),
    ENTREPOT_BLOBS: `s3://${s3.bucket}/${basename(directory)}?endpoint=${endpoint}&region=us-east-1`,
    ...s3.environment,
    // Nobody's setting: for tests that damage what is stored.
    TEST_BUCKET_FILES: join(s3.files, basename(directory)),
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, JSON.stringify(settings));
  return settings;
}
