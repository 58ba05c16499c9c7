import { expect, it } from "vitest";
import { parseImageName } from "./image-name.ts";

const digest = `sha256:${"a".repeat(64)}`;

it.each([
  ["app", { repository: "app", reference: "latest" }],
  ["team/app:v1", { repository: "team/app", reference: "v1" }],
  ["localhost/app", { host: "localhost", repository: "app", reference: "latest" }],
  ["localhost:5050/a/b:v1", { host: "localhost:5050", repository: "a/b", reference: "v1" }],
  ["r.example.com/app:v1", { host: "r.example.com", repository: "app", reference: "v1" }],
  [`app@${digest}`, { repository: "app", reference: digest }],
  [`a.b:1/app:v1@${digest}`, { host: "a.b:1", repository: "app", reference: digest }],
  ["docker.io/alpine", { host: "registry-1.docker.io", repository: "library/alpine" }],
  ["docker.io/a/b", { host: "registry-1.docker.io", repository: "a/b" }],
])("%s is a name", (text, expected) => {
  expect(parseImageName(text)).toMatchObject(expected);
  expect(parseImageName(text)?.host).toBe("host" in expected ? expected.host : undefined);
});

it.each([
  ...["", "App", "a//b", "a/../b", "/app", "a:b:c", "app:", "app@sha256:1", "a@b@c", "a.b:x/app"],
  ...["user@host.com/app", "host.com/", "a b", "a\nb", "http://host.com/app"],
  "a".repeat(600),
])("%j is none", (text) => {
  expect(parseImageName(text)).toBeUndefined();
});
