import type { ServerResponse } from "node:http";

/**
 * Sends exactly `lengthBytes` of `content` after the given head. One piece is on its way at a time:
 * the next is asked for once the kernel has the last, so pieces may be views of a reused buffer.
 * When the client leaves, the iteration is ended.
 * @throws what the content throws before its first piece; nothing was sent then. A failure later
 * destroys the connection and is thrown too: the client must never take a part for the whole (I3).
 */
export async function streamLayer(
  response: ServerResponse,
  status: number,
  headers: string[],
  content: AsyncIterable<Uint8Array>,
  lengthBytes: number,
): Promise<void> {
  const iterator = content[Symbol.asyncIterator]();
  try {
    let step = await iterator.next();
    if (response.destroyed) return;
    response.writeHead(status, headers);
    let leftBytes = lengthBytes;
    while (step.done !== true) {
      leftBytes -= step.value.length;
      if (leftBytes < 0) throw new Error(`the layer's content is longer than ${lengthBytes} bytes`);
      if (!(await handOver(response, step.value))) return;
      step = await iterator.next();
    }
    if (leftBytes > 0) throw new Error(`the layer's content ended ${leftBytes} bytes early`);
    response.end();
  } catch (error) {
    if (response.headersSent) response.destroy();
    throw error;
  } finally {
    await iterator.return?.();
  }
}

/** False when the client is gone. */
function handOver(response: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    // A response whose socket closes while another request's answer is still ahead of it in the
    // pipeline never calls back.
    const closed = () => resolve(false);
    response.once("close", closed);
    response.write(piece, (error) => {
      response.off("close", closed);
      resolve(error === null || error === undefined);
    });
  });
}
