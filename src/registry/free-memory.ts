/**
 * Gives the bytes' memory back now, instead of leaving it to the garbage collector, which would look
 * through the whole heap for what is known to be free. Afterwards the bytes are gone for everyone;
 * memory that holds more than these bytes is left alone.
 */
export function freeMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0);
}
