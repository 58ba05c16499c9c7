import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { clientConnection } from "./client-connection.ts";

describe("the client's connection", () => {
  const forwarded = {
    "x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.0.0.2",
    "x-forwarded-proto": "https",
  };

  it("is what the socket says unless the peer is a trusted proxy", () => {
    expect(clientConnection(from("203.0.113.1", forwarded), isProxy)).toEqual({
      scheme: "http",
      host: "registry:5050",
      address: "203.0.113.1",
    });
  });

  it("is what a trusted proxy says of it, and not what the client told the proxy", () => {
    expect(clientConnection(from("::ffff:10.0.0.1", forwarded), isProxy)).toEqual({
      scheme: "https",
      host: "registry:5050",
      address: "203.0.113.9",
    });
  });

  it("is the proxy's own where the header holds no address", () => {
    const odd = { "x-forwarded-for": "unknown", "x-forwarded-proto": "gopher" };
    expect(clientConnection(from("10.0.0.1", odd), isProxy)).toMatchObject({
      scheme: "http",
      address: "10.0.0.1",
    });
  });
});

const isProxy = (address: string) => address.startsWith("10.");

function from(address: string, headers: Record<string, string>): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: address });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers, { host: "registry:5050" });
  return request;
}
