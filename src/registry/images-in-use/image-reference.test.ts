import { expect, it } from "vitest";
import { parseImageReference } from "./image-reference.ts";

it.each([
  ["localhost:5050/team/app:v1", "localhost:5050/team/app", undefined],
  ["localhost:5050/team/app", "localhost:5050/team/app", undefined],
  ["localhost:5050/team/app:v1@sha256:0f", "localhost:5050/team/app", "sha256:0f"],
  ["host.example/app@sha256:0f", "host.example/app", "sha256:0f"],
  ["alpine:3", "alpine", undefined],
  ["alpine", "alpine", undefined],
  ["sha256:0f", "sha256", undefined],
  ["", "", undefined],
  ["@", "", ""],
])("takes %j apart", (text, repository, digest) => {
  expect(parseImageReference(text)).toEqual({ repository, digest });
});
