import { expect, it } from "vitest";
import { challengeIn } from "./challenge.ts";

it("reads realm, service and scope, quoted or not, in any order and case", () => {
  const header =
    'Bearer Service="registry, of ours",realm="https://auth.example.com/token?a=b", ' +
    'scope="repository:a/b:pull,push", error=invalid_token';
  expect(challengeIn(header)).toEqual({
    scheme: "bearer",
    realm: "https://auth.example.com/token?a=b",
    service: "registry, of ours",
    scope: "repository:a/b:pull,push",
  });
  expect(challengeIn("BASIC realm=x")).toEqual({ scheme: "basic", realm: "x" });
});

it.each(["", "Bearer", "Bearer realm", 'Bearer realm="unfinished', "=", '"'])(
  "takes %j for what can be read of it",
  (header) => {
    expect(challengeIn(header).service).toBeUndefined();
  },
);
