import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";

export type { Logger } from "pino";

/** JSON lines. */
export function createLog(level: string, stream: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null, // Whoever collects knows which host and process it listens to.
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}
