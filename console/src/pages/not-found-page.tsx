import Header from "@cloudscape-design/components/header";
import { messages } from "../messages.ts";
import { useTitle } from "../page-title.ts";

export function NotFoundPage() {
  useTitle(messages.errors.notFound);
  return <Header variant="h1">{messages.errors.notFound}</Header>;
}
