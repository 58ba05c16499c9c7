import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { messages } from "../messages.ts";
import { useTitle } from "../page-title.ts";
import { rememberPlace } from "../recent-places.ts";
import { useHeadingFocus } from "./heading-focus.ts";

/** Pages of one thing each: the others stand in the navigation. */
const ofOneThing = /^\/(r|keys|security|gallery)\/./;

interface PageProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The one heading of a page, and what is below it. */
export function Page({ title, description, actions, children }: PageProps) {
  const { pathname } = useLocation();
  const content = useRef<HTMLDivElement>(null);
  useTitle(title);
  useHeadingFocus(content);
  useEffect(() => {
    if (ofOneThing.test(pathname)) rememberPlace({ text: title, to: pathname });
  }, [title, pathname]);
  return (
    <div ref={content}>
      <ContentLayout
        header={
          <Header variant="h1" actions={actions} description={description}>
            {title}
          </Header>
        }
      >
        {children}
      </ContentLayout>
    </div>
  );
}

/** In the place of a list that could not be read: it may well have something. */
export function Unread() {
  return <Empty title={messages.unread} />;
}

/** Why there is nothing to see, and what to do next. */
export function Empty({
  title,
  text,
  action,
}: {
  title: string;
  text?: string;
  action?: ReactNode;
}) {
  return (
    <Box textAlign="center" color="inherit" padding="l">
      <b>{title}</b>
      {text !== undefined && (
        <Box variant="p" color="inherit">
          {text}
        </Box>
      )}
      {action}
    </Box>
  );
}
