import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from "pino";

export type { Logger } from "pino";

const bufferBytes = 8 * 1024;
/** Lines that wait for a reader who does not keep up; what is more is dropped. */
const waitingBytes = 16 * 1024 * 1024;
const flushMs = 100;

/**
 * JSON lines on standard output. Lines are gathered and written together, at the latest after a tenth
 * of a second; `flush` writes what waits.
 */
export function createLog(level: string): { log: Logger; flush: () => void } {
  const stream = destination({
    fd: 1,
    sync: false,
    minLength: bufferBytes,
    maxLength: waitingBytes,
    periodicFlush: flushMs,
  });
  return { log: createLogOn(level, stream), flush: () => stream.flushSync() };
}

/** Like `createLog`, with the lines going elsewhere. */
export function createLogOn(level: string, stream: DestinationStream): Logger {
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
