import { PlaceLink } from "../components/link.tsx";
import { Page } from "../components/page.tsx";
import { messages } from "../messages.ts";

export function NotFoundPage() {
  return (
    <Page title={messages.errors.notFound}>
      <PlaceLink to="/">{messages.overview.title}</PlaceLink>
    </Page>
  );
}
