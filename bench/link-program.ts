/**
 * A network between a client and a server on this machine, in a process of its own, so that what it costs
 * is nobody's: so many Mbit/s for all connections together in the direction to the client, and half of
 * a round trip each way. A connection's first bytes take a round trip more, as its handshake would.
 * Started by `startLink`: link-program.ts <port of the server> <Mbit/s> <ms of a round trip>
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

const [port = 0, megabits = 0, roundTripMs = 0] = process.argv.slice(2).map(Number);
const bytesPerMs = (megabits * 1_000_000) / 8 / 1_000;
/** What waits of one connection before its server is not read any more: some of a socket's buffer. */
const mostWaiting = 1024 * 1024;
/** When the link has carried all that was given to it. */
let freeAt = 0;

interface Waiting {
  readonly piece: Buffer;
  readonly dueAt: number;
}

/** Hands pieces on in their order, each when its time has come. */
function carry(from: Socket, to: Socket, dueAtOf: (piece: Buffer) => number): void {
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let isTimed = false;
  let hasEnded = false;
  const next = () => {
    isTimed = false;
    const now = performance.now();
    for (let first = waiting[0]; first !== undefined && first.dueAt <= now; first = waiting[0]) {
      waiting.shift();
      waitingBytes -= first.piece.length;
      if (to.writable) to.write(first.piece);
    }
    if (waitingBytes < mostWaiting) from.resume();
    if (waiting.length > 0) wait();
    else if (hasEnded) to.end();
  };
  const wait = () => {
    if (isTimed) return;
    isTimed = true;
    setTimeout(next, Math.max(0, waiting[0]!.dueAt - performance.now()));
  };
  from.on("data", (piece: Buffer) => {
    waiting.push({ piece, dueAt: dueAtOf(piece) });
    waitingBytes += piece.length;
    if (waitingBytes >= mostWaiting) from.pause();
    wait();
  });
  from.on("end", () => {
    hasEnded = true;
    if (waiting.length === 0) to.end();
  });
  from.on("close", () => {
    if (!hasEnded) to.destroy();
  });
}

const server = createServer({ allowHalfOpen: true }, (client) => {
  const upstream = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true);
    socket.on("error", () => undefined); // Its end is heard of by "close".
  }
  const openAt = performance.now() + roundTripMs;
  const half = roundTripMs / 2;
  carry(client, upstream, () => Math.max(openAt, performance.now()) + half);
  carry(upstream, client, (piece) => {
    freeAt = Math.max(freeAt, performance.now()) + piece.length / bytesPerMs;
    return freeAt + half;
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
