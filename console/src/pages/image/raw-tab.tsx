import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { getContent, type Manifest } from "../../api/ecr.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { downloadText } from "../../components/download.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { objectOf, textOf } from "../../components/json-document.ts";
import { TextRegion } from "../../components/text-region.tsx";
import { messages } from "../../messages.ts";

interface RawProps {
  readonly repository: string;
  readonly manifest: Manifest;
}

export function RawTab({ repository, manifest }: RawProps) {
  const { config } = manifest.json;
  const isText = config !== undefined && /\bjson\b/.test(config.mediaType);
  const { data, error, refetch } = useQuery({
    queryKey: ["content", repository, config?.digest, currentRegion()],
    ...{ enabled: isText, staleTime: Number.POSITIVE_INFINITY },
    queryFn: ({ signal }) => getContent(repository, config?.digest ?? "", signal),
  });
  return (
    <SpaceBetween size="l">
      <Document title={manifest.mediaType} file="manifest.json" text={manifest.text} />
      {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
      {data !== undefined && <Document title="Config" file="config.json" text={data} />}
    </SpaceBetween>
  );
}

/** Indented to be read, where that is what most tools do not push. */
function Document({ title, file, text }: { title: string; file: string; text: string }) {
  const json = objectOf(text);
  const shown = json === undefined || text.includes("\n") ? text : textOf(json);
  return (
    <div>
      <Header
        variant="h3"
        description={shown === text ? undefined : messages.image.indented}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <CopyButton text={text} label={messages.image.copy} />
            <Button onClick={() => downloadText(file, "application/json", text)}>
              {messages.image.download}
            </Button>
          </SpaceBetween>
        }
      >
        {title}
      </Header>
      <TextRegion label={title} text={shown} />
    </div>
  );
}
