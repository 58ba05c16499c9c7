import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { CommandLine } from "../../components/command-line.tsx";
import { messages } from "../../messages.ts";

interface PullBoxProps {
  readonly repository: string;
  readonly digest: string;
  readonly tag: string | undefined;
}

/** How to get this very image, by its tag or for good by its digest. */
export function PullBox({ repository, digest, tag }: PullBoxProps) {
  const [by, setBy] = useState<"tag" | "digest">("digest");
  const base = `${location.host}/${repository}`;
  const name = by === "tag" && tag !== undefined ? `${base}:${tag}` : `${base}@${digest}`;
  const flags = location.protocol === "http:" ? " --tls-verify=false" : "";
  const insecure = location.protocol === "http:" ? " --insecure-registry" : "";
  const source = location.protocol === "http:" ? " --src-tls-verify=false" : "";
  const commands = [
    ["docker", `docker pull ${name}`],
    ["podman", `podman pull${flags} ${name}`],
    ["nerdctl", `nerdctl pull${insecure} ${name}`],
    ["skopeo", `skopeo copy${source} docker://${name} oci:image`],
    ["FROM", `FROM ${name}`],
    ["URI", name],
  ] as const;
  return (
    <Container header={<Header variant="h2">{messages.image.pull}</Header>}>
      <SpaceBetween size="s">
        {tag !== undefined && (
          <SegmentedControl
            label={messages.image.pull}
            selectedId={by}
            onChange={({ detail }) => setBy(detail.selectedId as "tag" | "digest")}
            options={[
              { id: "tag", text: tag },
              { id: "digest", text: messages.repository.digest },
            ]}
          />
        )}
        <Tabs
          tabs={commands.map(([label, text]) => ({
            ...{ id: label, label, content: <CommandLine text={text} /> },
          }))}
        />
      </SpaceBetween>
    </Container>
  );
}
