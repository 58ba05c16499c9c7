import { expect, it } from "vitest";
import { LayerRefused } from "../../../registry/scanning/layer-refused.ts";
import { ScanRefusal } from "../../../registry/scanning/scan-refusal.ts";
import { commandErrorOf, unreadExitCode } from "./scan-command.ts";

it("ends alike where nothing could be judged, be it the image or a layer of it", () => {
  const endOf = (error: Error) => commandErrorOf("app:v1", error);
  for (const error of [
    new ScanRefusal("UNSUPPORTED_IMAGE", "no file system"),
    new LayerRefused("unsupported", "encrypted"),
  ]) {
    expect(endOf(error)).toMatchObject({ exitCode: unreadExitCode });
  }
  for (const error of [
    new ScanRefusal("FAILED", "too many layers"),
    new LayerRefused("damaged", "breaks off"),
  ]) {
    expect(endOf(error)).toMatchObject({ exitCode: 1 });
  }
  const other = new Error("a bug");
  expect(endOf(other)).toBe(other);
});
