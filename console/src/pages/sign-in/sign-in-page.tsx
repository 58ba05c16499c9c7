import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef } from "react";
import { signedInStill } from "../../api/session.ts";
import { useHeadingFocus } from "../../components/heading-focus.ts";
import { messages } from "../../messages.ts";
import { useTitle } from "../../page-title.ts";
import { SignInForm } from "./sign-in-form.tsx";

export function SignInPage() {
  const { title, hint } = messages.signIn;
  const content = useRef<HTMLElement>(null);
  useTitle(title);
  useHeadingFocus(content);
  return (
    <main className="sign-in" ref={content}>
      <div className="sign-in-mark">
        <img src="/console/mark.svg" alt="" width="40" height="40" />
        <Box variant="h2" tagOverride="span">
          {messages.product}
        </Box>
      </div>
      <Container header={<Header variant="h1">{title}</Header>}>
        <SpaceBetween size="m">
          <SignedOut />
          <SignInForm />
        </SpaceBetween>
      </Container>
      <Box variant="small" display="block" padding="m">
        {hint}
      </Box>
    </main>
  );
}

/** A browser that others use, too, is not left before the provider has forgotten who one is. */
function SignedOut() {
  const provider = signedInStill();
  if (provider === undefined || !/^https?:/.test(provider.url)) return null;
  return (
    <Alert
      type="info"
      action={
        <Button onClick={() => location.assign(provider.url)}>
          {messages.signIn.signOutThere(provider.label)}
        </Button>
      }
    >
      {messages.signIn.signedInThere(provider.label)}
    </Alert>
  );
}
