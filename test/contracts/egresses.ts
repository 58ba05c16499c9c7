/** Ways out that keep the Egress contract, and what its suites share. */
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { HttpEgress, type HttpEgressOptions } from "../../src/adapters/egress/http-egress.ts";
import { EgressError, type EgressRequest, type EgressResponse } from "../../src/ports/egress.ts";
import { LocalServer } from "../support/local-server.ts";

type Opened = Omit<HttpEgressOptions, "isListed"> & { readonly isListed?: (a: string) => boolean };

export const egresses = [
  {
    name: "over HTTP/1.1",
    /** By default this machine is listed. Closed after the test. */
    open(options: Opened = {}) {
      const isListed = (address: string) => address.startsWith("127.") || address.includes("::1");
      const egress = new HttpEgress({ isListed, ...options });
      onTestFinished(() => egress.close());
      return egress;
    },
  },
];

/** A server that is stopped after the test. */
export async function serve(...given: Parameters<typeof LocalServer.start>): Promise<LocalServer> {
  const server = await LocalServer.start(...given);
  onTestFinished(() => server.stop());
  return server;
}

export const get = (url: string, others: Partial<EgressRequest> = {}): EgressRequest => ({
  method: "GET",
  url,
  ...others,
});

export async function textOf(response: Promise<EgressResponse>): Promise<string> {
  return text((await response).body);
}

/** What a request failed with, or a sentence that no test expects. */
export async function failureOf(work: Promise<unknown>): Promise<EgressError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof EgressError) return error;
    throw error;
  }
  throw new Error("the request did not fail");
}
