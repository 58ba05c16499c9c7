import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ImageAnswer } from "../../api/ecr.ts";
import { LongName } from "../../components/long-name.tsx";
import { sizeText, Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.repository;

/** What the repository knows of an image, whichever of its platforms is looked at. */
export function ImageFacts({ image }: { image: ImageAnswer | undefined }) {
  const { imageTags = [], imageSizeInBytes, imagePushedAt, lastRecordedPullTime } = image ?? {};
  const told = (value: React.ReactNode) => (image === undefined ? "–" : value);
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        minColumnWidth={120}
        items={[
          {
            label: words.imageTags,
            value: told(<LongName>{imageTags.join(", ") || words.untagged}</LongName>),
          },
          { label: words.size, value: told(sizeText(imageSizeInBytes)) },
          { label: words.pushed, value: told(<Time seconds={imagePushedAt} />) },
          { label: words.pulled, value: told(<Time seconds={lastRecordedPullTime} />) },
        ]}
      />
    </Container>
  );
}
