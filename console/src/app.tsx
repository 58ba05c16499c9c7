import { I18nProvider } from "@cloudscape-design/components/i18n";
import english from "@cloudscape-design/components/i18n/messages/all.en";
import Spinner from "@cloudscape-design/components/spinner";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { BrowserRouter } from "react-router";
import { ApiError } from "./api/errors.ts";
import { ErrorNotice } from "./components/error-notice.tsx";
import { NoticesProvider } from "./notices.tsx";
import { Pages } from "./routes.tsx";
import { SessionProvider } from "./session-context.tsx";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      networkMode: "always", // A registry on this machine answers while the machine is on no network.
      // What was refused stays refused; what did not answer may the next time.
      retry: (count, error) => count < 2 && !isFinal(error),
    },
    mutations: { networkMode: "always" },
  },
});

function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

export function App() {
  return (
    <I18nProvider locale="en" messages={[english]}>
      <QueryClientProvider client={queries}>
        <NoticesProvider>
          <SessionProvider
            waiting={<Spinner size="large" />}
            failed={(error, retry) => <ErrorNotice error={error} retry={retry} />}
          >
            <BrowserRouter basename="/console">
              <Pages />
            </BrowserRouter>
          </SessionProvider>
        </NoticesProvider>
      </QueryClientProvider>
    </I18nProvider>
  );
}
