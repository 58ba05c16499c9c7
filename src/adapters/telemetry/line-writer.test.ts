import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { LineWriter } from "./line-writer.ts";

describe("a line writer", () => {
  it("writes every line, in order", async () => {
    const stream = new PassThrough();
    const written = text(stream);
    const writer = new LineWriter({ stream });
    const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`);
    for (const line of lines) writer.write(line);
    await writer.flush();
    writer.write("end\n");
    await writer.flush();
    stream.end();
    expect(await written).toBe(`${lines.join("")}end\n`);
  });

  it("drops lines beyond what may wait", async () => {
    const stream = new PassThrough();
    const written = text(stream);
    const writer = new LineWriter({ stream, waitingCharacters: 10 });
    for (const line of ["123456789\n", "lost\n"]) writer.write(line);
    await writer.flush();
    stream.end();
    expect(await written).toBe("123456789\n");
  });

  it.each(["gone", "silent"])("does not keep its process when the reader is %s", async (reader) => {
    const module = fileURLToPath(new URL("./line-writer.ts", import.meta.url));
    const program = `
      const { LineWriter } = await import(${JSON.stringify(module)});
      const writer = new LineWriter({ stream: process.stdout });
      process.stderr.write("go");
      await new Promise((resolve) => process.stdin.once("data", resolve));
      for (let i = 0; i < 20_000; i += 1) writer.write("a line that nobody reads\\n");
      await writer.flush(50);
      process.exit(7);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
    await once(child.stderr, "data");
    if (reader === "gone") child.stdout.destroy();
    child.stdin.write("now");
    expect(await once(child, "exit")).toEqual([7, null]);
    child.stdout.destroy();
  });
});
