import { startServer } from "../support/server.ts";
import { ecrClient, type InteropRegistry, loginPassword, openRegistry } from "./registry.ts";
import { turnedClock } from "./turned-clock.ts";

const hourMs = 3600 * 1000;
const ageMs = 13 * hourMs; // A token lives for 12 hours.

/**
 * A registry, and a password that it issued 13 hours ago: the server first runs with its clock turned
 * back, then starts again on the same data with the right time.
 */
export async function openRegistryWithExpiredToken(
  dataDirectory: string,
): Promise<{ registry: InteropRegistry; expired: string }> {
  const past = await startServer({ dataDirectory, nodeArguments: turnedClock(-ageMs) });
  let expired: string;
  try {
    const ecr = ecrClient(past, "plain HTTP", -ageMs);
    expired = await loginPassword(ecr);
    ecr.destroy();
  } finally {
    await past.stop({ keepData: true });
  }
  return { registry: await openRegistry(dataDirectory), expired };
}
