import Button from "@cloudscape-design/components/button";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { exports as words } from "../messages/exports.ts";
import { useNotices } from "../notices.tsx";
import { downloadText } from "./download.ts";
import { type ExportFormat, type ExportPage, writeExport } from "./export-formats.ts";
import { Status } from "./status.tsx";

interface FilteredExportProps<Item> {
  readonly formats: readonly ExportFormat<Item>[];
  /** A page of what the filter finds. */
  readonly read: (token: string | undefined, signal: AbortSignal) => Promise<ExportPage<Item>>;
  /** Items of a file. */
  readonly most: number;
  /** What else is done with what is listed. */
  readonly children?: ReactNode;
}

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly count: number }
  | { readonly kind: "done"; readonly count: number; readonly isCut: boolean };

/** Files of all that a filter finds, whatever of it is on the page, up to a limit that is told when it is reached. */
export function FilteredExport<Item>(props: FilteredExportProps<Item>) {
  const { formats, read, most, children } = props;
  const { fail } = useNotices();
  const [state, setState] = useState<State>({ kind: "idle" });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const write = async (format: ExportFormat<Item>) => {
    const over = new AbortController();
    running.current = over;
    setState({ kind: "running", count: 0 });
    try {
      const tell = (count: number) => {
        if (!over.signal.aborted) setState({ kind: "running", count });
      };
      const { parts, count, isCut } = await writeExport(
        format,
        (token) => read(token, over.signal),
        { most, tell },
      );
      if (over.signal.aborted) return;
      downloadText(format.file, format.type, ...parts);
      setState({ kind: "done", count, isCut });
    } catch (error) {
      if (over.signal.aborted) return;
      setState({ kind: "idle" });
      fail(error);
    }
  };
  const cancel = () => {
    running.current?.abort();
    setState({ kind: "idle" });
  };
  return (
    <SpaceBetween size="xxs">
      <SpaceBetween direction="horizontal" size="xs">
        {formats.map((format) => (
          <Button
            key={format.title}
            disabled={state.kind === "running"}
            onClick={() => void write(format)}
          >
            {format.title}
          </Button>
        ))}
        {state.kind === "running" && <Button onClick={cancel}>{words.cancel}</Button>}
        {children}
      </SpaceBetween>
      <LiveRegion>
        <Progress state={state} />
      </LiveRegion>
    </SpaceBetween>
  );
}

function Progress({ state }: { state: State }) {
  if (state.kind === "idle") return null;
  if (state.kind === "running") {
    return <Status type="loading">{words.running(state.count)}</Status>;
  }
  return (
    <Status type={state.isCut ? "warning" : "success"}>
      {state.isCut ? words.cut(state.count) : words.done(state.count)}
    </Status>
  );
}
