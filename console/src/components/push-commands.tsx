import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Modal from "@cloudscape-design/components/modal";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { currentRegion } from "../api/call.ts";
import { messages } from "../messages.ts";
import { CommandLine } from "./command-line.tsx";

const words = messages.push;
const systems = ["unix", "windows"] as const;
type System = (typeof systems)[number];

interface PushCommandsProps {
  readonly repository: string;
  readonly visible: boolean;
  readonly close: () => void;
}

/** What to paste, with the host that this browser sees the registry by. */
export function PushCommands({ repository, visible, close }: PushCommandsProps) {
  const [system, setSystem] = useState<System>("unix");
  const tabs = clients(repository, system).map(({ id, label, steps }) => ({
    ...{ id, label },
    content: (
      <SpaceBetween size="s">
        {steps.map(([title, text]) => (
          <div key={title}>
            <Box variant="awsui-key-label">{title}</Box>
            <CommandLine text={text} />
          </div>
        ))}
      </SpaceBetween>
    ),
  }));
  return (
    <Modal
      visible={visible}
      size="large"
      header={words.title(repository)}
      onDismiss={close}
      footer={
        <Box float="right">
          <Button onClick={close}>{words.close}</Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <SegmentedControl
          label={words.unix}
          selectedId={system}
          onChange={({ detail }) => setSystem(detail.selectedId as System)}
          options={systems.map((id) => ({ id, text: words[id] }))}
        />
        <Tabs tabs={tabs} />
        <ExpandableSection headerText={words.trouble}>
          <dl>
            {words.troubles.map(([symptom, cure]) => (
              <div key={symptom}>
                <dt>
                  <code>{symptom}</code>
                </dt>
                <dd>{cure}</dd>
              </div>
            ))}
          </dl>
        </ExpandableSection>
      </SpaceBetween>
    </Modal>
  );
}

function clients(repository: string, system: System) {
  const { host, origin, protocol } = location;
  const name = `${host}/${repository}`;
  const token = `aws ecr get-login-password --endpoint-url ${origin} --region ${currentRegion()}`;
  const isPlain = protocol === "http:";
  const login = (client: string, flags = "") =>
    system === "windows"
      ? `(${token}) | ${client} login${flags} --username AWS --password-stdin ${host}`
      : `${token} | ${client} login${flags} --username AWS --password-stdin ${host}`;
  const podmanFlags = isPlain ? " --tls-verify=false" : "";
  const plain = isPlain ? " --plain-http" : "";
  return [
    {
      ...{ id: "docker", label: "docker" },
      steps: [
        [words.login, login("docker")],
        [words.tag, `docker tag IMAGE:TAG ${name}:TAG`],
        [words.push, `docker push ${name}:TAG`],
        [words.pull, `docker pull ${name}:TAG`],
      ],
    },
    {
      ...{ id: "podman", label: "podman" },
      steps: [
        [words.login, login("podman", podmanFlags)],
        [words.tag, `podman tag IMAGE:TAG ${name}:TAG`],
        [words.push, `podman push${podmanFlags} ${name}:TAG`],
        [words.pull, `podman pull${podmanFlags} ${name}:TAG`],
      ],
    },
    {
      ...{ id: "skopeo", label: "skopeo / oras" },
      steps: [
        [words.login, login("skopeo", podmanFlags)],
        [
          words.push,
          `skopeo copy${isPlain ? " --dest-tls-verify=false" : ""} docker-daemon:IMAGE:TAG docker://${name}:TAG`,
        ],
        ["oras", `oras push${plain} ${name}:TAG ./FILE`],
      ],
    },
    {
      ...{ id: "helm", label: "Helm" },
      steps: [
        [words.login, login("helm registry", plain)],
        [words.push, `helm push CHART.tgz oci://${name.replace(/\/[^/]+$/, "")}${plain}`],
        [words.pull, `helm pull oci://${name} --version VERSION${plain}`],
      ],
    },
  ] as const;
}
