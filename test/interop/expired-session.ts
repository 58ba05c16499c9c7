import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { startServer } from "../support/server.ts";
import type { CliKey } from "./aws-cli.ts";
import { type InteropRegistry, openRegistry, region } from "./registry.ts";
import { turnedClock } from "./turned-clock.ts";

const hourMs = 3600 * 1000;
const ageMs = 2 * hourMs; // The session of a root lives for an hour.

/**
 * A registry, and temporary credentials that it gave two hours ago: the server first runs with its
 * clock turned back, then starts again on the same data with the right time.
 */
export async function openRegistryWithExpiredSession(
  dataDirectory: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ registry: InteropRegistry; expired: CliKey }> {
  const past = await startServer({ dataDirectory, nodeArguments: turnedClock(-ageMs) });
  try {
    const { accessKeyId, secretAccessKey } = past;
    const sts = new STSClient({
      ...{ region, endpoint: past.origin, credentials: { accessKeyId, secretAccessKey } },
      ...{ systemClockOffset: -ageMs, maxAttempts: 1 },
    });
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    sts.destroy();
    await past.stop({ keepData: true });
    return {
      registry: await openRegistry(dataDirectory, settings),
      expired: Credentials as CliKey,
    };
  } catch (error) {
    await past.stop({ keepData: true });
    throw error;
  }
}
