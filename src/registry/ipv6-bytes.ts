/** The 16 bytes of an address that `isIP` takes for IPv6. */
export function ipv6Bytes(address: string): Buffer {
  // The URL parser writes every IPv6 address in one form: lower case, "::" once, no dotted tail.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (part: string | undefined) =>
    (part ?? "").split(":").filter((group) => group !== "");
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const all = [...before, ...zeros, ...after];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}
