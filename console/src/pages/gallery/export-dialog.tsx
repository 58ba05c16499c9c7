import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { exportEntries } from "../../api/gallery.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { downloadText } from "../../components/download.ts";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { Status } from "../../components/status.tsx";
import { TextRegion } from "../../components/text-region.tsx";
import { gallery as words } from "../../messages/gallery.ts";
import { messages } from "../../messages.ts";

const file = "catalog-info.yaml";

interface ExportDialogProps {
  readonly category: string;
  readonly close: () => void;
}

/** Entries as a catalogue of Backstage, to copy or to keep: those that the page shows. */
export function ExportDialog({ category, close }: ExportDialogProps) {
  const { data, error } = useQuery({
    queryKey: ["gallery", "export", category, currentRegion()],
    queryFn: ({ signal }) => exportEntries(category, signal),
  });
  const isEmpty = data === "";
  return (
    <ActionDialog
      {...{ title: words.exportTitle, action: words.download, close, error, isBusy: false }}
      isReady={data !== undefined && !isEmpty}
      act={() => downloadText(file, "application/yaml", data ?? "")}
    >
      <span>{words.exportText}</span>
      {data === undefined && error === null && <Status type="loading">{messages.loading}</Status>}
      {isEmpty && <span>{words.empty}</span>}
      {data !== undefined && !isEmpty && (
        <>
          <CopyButton text={data} label={words.copyExport} />
          <TextRegion label={file} text={data} />
        </>
      )}
      <EquivalentCommand
        words={["gallery", "export", ...(category === "" ? [] : ["--category", category])]}
      />
    </ActionDialog>
  );
}
