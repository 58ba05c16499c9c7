import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { AuditReceiver } from "../../ports/audit-receiver.ts";
import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import { forwardLimits } from "../../registry/trails/forward-limits.ts";
import { ReceiverError } from "./receiver-error.ts";
import { type MessageOptions, syslogMessage } from "./syslog-message.ts";

export interface SyslogOptions extends MessageOptions {
  readonly protocol: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
  /** PEM files: who the server is to be known by, and what this client shows. */
  readonly caFile?: string | undefined;
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * A syslog server. Syslog has no answers: over TCP and TLS a batch is a connection, and counts as taken
 * when the server has read it to its end and closed its side without an error. Of datagrams one knows
 * only that they were sent. Source: RFC 5424, 5425, 5426, 6587 (octet counting).
 */
export class SyslogReceiver implements AuditReceiver {
  readonly #options: SyslogOptions;

  constructor(options: SyslogOptions) {
    this.#options = options;
  }

  async send(entries: readonly AuditEntry[], signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    if (this.#options.protocol === "udp") await this.#datagrams(entries, signal);
    else await this.#stream(entries, signal);
    return 0;
  }

  async #stream(entries: readonly AuditEntry[], signal: AbortSignal): Promise<void> {
    const socket = this.#connect();
    const patience = forwardLimits.patienceMs;
    socket.setTimeout(patience, () => {
      const sentence = `the syslog server did nothing for ${patience / 1000} s`;
      socket.destroy(new ReceiverError("ETIMEDOUT", sentence));
    });
    const taken = readToTheEnd(socket);
    const options = this.#options;
    const frames = function* () {
      for (const entry of entries) {
        const message = syslogMessage(entry, options);
        yield Buffer.concat([Buffer.from(`${message.length} `), message]);
      }
    };
    try {
      // Who fails first says why.
      await Promise.all([pipeline(Readable.from(frames()), socket, { signal }), taken]);
    } finally {
      socket.destroy();
    }
  }

  #connect(): Socket {
    const { protocol, host, port, caFile, certificateFile, keyFile } = this.#options;
    if (protocol !== "tls") return connectTcp({ host, port });
    const read = (file: string | undefined) =>
      file === undefined ? undefined : readFileSync(file);
    return connectTls({
      ...{ host, port, ca: read(caFile), cert: read(certificateFile), key: read(keyFile) },
      ...(isIP(host) === 0 && { servername: host }),
    });
  }

  async #datagrams(entries: readonly AuditEntry[], signal: AbortSignal): Promise<void> {
    const { host, port } = this.#options;
    const socket = createSocket(isIP(host) === 6 ? "udp6" : "udp4");
    const failed = new Promise<never>((_resolve, reject) => socket.once("error", reject));
    failed.catch(() => undefined); // It is asked for below, while something is sent.
    try {
      const connected = once(socket, "connect", { signal });
      socket.connect(port, host);
      await connected;
      const sendAll = async () => {
        for (const [index, entry] of entries.entries()) {
          signal.throwIfAborted();
          await sendDatagram(socket, syslogMessage(entry, this.#options));
          const { datagramsAtOnce, datagramPauseMs } = forwardLimits;
          if ((index + 1) % datagramsAtOnce === 0)
            await pause(datagramPauseMs, undefined, { signal });
        }
        // For the answer of a machine on which nobody listens.
        await pause(forwardLimits.datagramPauseMs, undefined, { signal });
      };
      await Promise.race([sendAll(), failed]);
    } finally {
      socket.close();
    }
  }
}

/** Resolves when the server has closed its side after all was sent. */
function readToTheEnd(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const sentence = "the syslog server closed the connection before it had everything";
    const early = () => reject(new ReceiverError("ECONNRESET", sentence));
    socket.once("error", reject);
    socket.once("end", () => (socket.writableFinished ? resolve() : early()));
    socket.once("close", early);
    socket.resume();
  });
}

function sendDatagram(socket: DatagramSocket, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (error) => (error === null ? resolve() : reject(error)));
  });
}
