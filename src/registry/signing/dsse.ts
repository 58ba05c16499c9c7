export const statementPayloadType = "application/vnd.in-toto+json";

/** The bytes that are signed. Source: DSSE 1.0, "Signature Definition". */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  const head = `DSSEv1 ${type.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}
