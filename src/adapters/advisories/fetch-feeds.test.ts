import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpEgress } from "../egress/http-egress.ts";
import { fetchFeeds } from "./fetch-feeds.ts";

let answers: Record<string, string>;
let asked: string[];
let server: Server;
let root: string;
let directory: string;
let base: string;
const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "entrepot-feeds-"));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const answer = answers[request.url ?? ""];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  egress.close();
  server.close();
  rmSync(root, { recursive: true });
});

function fetched(ecosystems: readonly string[], followed: Record<string, number> = {}) {
  directory = mkdtempSync(join(root, "fetched-"));
  const addresses = { osv: base, ecosystems, epss: `${base}/epss`, kev: undefined };
  return fetchFeeds(egress, addresses, directory, { followed });
}

describe("fetching advisories", () => {
  it("brings whole archives, and goes on where one is not there", async () => {
    answers = { "/npm/all.zip": "zip", "/epss": "table" };
    expect(await fetched(["npm", "Rocky Linux"])).toEqual([
      { feed: "npm", sizeBytes: 3, isWhole: true },
      {
        ...{ feed: "Rocky Linux", sizeBytes: 0, isWhole: false },
        failure: expect.stringContaining("answered 404"),
      },
      { feed: "epss", sizeBytes: 5, isWhole: true },
    ]);
    expect(asked).toContain("/Rocky%20Linux/all.zip");
    expect(readFileSync(join(directory, "npm", "all.zip"), "utf8")).toBe("zip");
  });

  it("brings only what changed of an ecosystem that was fetched before, and all of it where that is much", async () => {
    answers = {
      "/npm/modified_id.csv":
        "2024-03-02T00:00:00Z,GHSA-2\n2024-03-01T00:00:00Z,GHSA-1\n2024-02-01T00:00:00Z,GHSA-0\n",
      "/npm/GHSA-1.json": "{1}",
      "/npm/GHSA-2.json": "{2}",
      "/npm/all.zip": "zip",
      "/epss": "",
    };
    const [some] = await fetched(["npm"], { npm: Date.parse("2024-03-01") });
    expect(some).toEqual({ feed: "npm", sizeBytes: 6, isWhole: false });
    expect(asked).not.toContain("/npm/all.zip");
    const many = Array.from({ length: 300 }, (_, at) => `2024-03-02T00:00:00Z,GHSA-${at}\n`);
    answers["/npm/modified_id.csv"] = many.join("");
    const [all] = await fetched(["npm"], { npm: Date.parse("2024-03-01") });
    expect(all).toEqual({ feed: "npm", sizeBytes: 3, isWhole: true });
  });
});
