import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { PlaceLink } from "../components/link.tsx";
import { messages } from "../messages.ts";
import { useTitle } from "../page-title.ts";

export function NotFoundPage() {
  useTitle(messages.errors.notFound);
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{messages.errors.notFound}</Header>
      <PlaceLink to="/">{messages.overview.title}</PlaceLink>
    </SpaceBetween>
  );
}
