// Makes the bucket that ENTREPOT_BLOBS names, and waits for the store to come up first. For trials and
// single machines: elsewhere a bucket has rules about encryption, versions and owners that are yours.
import { setTimeout as pause } from "node:timers/promises";
import { CreateBucketCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";

const patienceMs = 120_000;
const pauseMs = 1_000;

const url = new URL(process.env.ENTREPOT_BLOBS ?? "");
const Bucket = url.host;
const endpoint = url.searchParams.get("endpoint") ?? undefined;
const client = new S3Client({
  endpoint,
  region: url.searchParams.get("region") ?? "us-east-1",
  forcePathStyle: endpoint !== undefined,
  maxAttempts: 1,
});

async function make() {
  try {
    await client.send(new HeadBucketCommand({ Bucket }));
    return "is there already";
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== 404) throw error;
  }
  await client.send(new CreateBucketCommand({ Bucket }));
  return "was made";
}

const until = performance.now() + patienceMs;
for (;;) {
  try {
    console.log(`The bucket ${Bucket} ${await make()}.`);
    break;
  } catch (error) {
    console.error(`Not yet: ${error.name}: ${error.message}`);
    if (performance.now() > until) {
      process.exitCode = 1;
      break;
    }
    await pause(pauseMs);
  }
}
