import type { ServerResponse } from "node:http";

/**
 * Sends exactly `lengthBytes` of `content` after the given head. Two pieces are on their way at most:
 * while the kernel takes one, the next is being made. Pieces must stay as they are until they are
 * sent. When the client leaves, the iteration is ended.
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
    let before: Promise<boolean> = Promise.resolve(true);
    while (step.done !== true) {
      leftBytes -= step.value.length;
      if (leftBytes < 0) throw new Error(`the layer's content is longer than ${lengthBytes} bytes`);
      const taken = handOver(response, step.value);
      if (!(await before)) return;
      before = taken;
      step = await iterator.next();
    }
    if (!(await before)) return;
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
